"""
Without this file a schedule would never fire: moto keeps EventBridge's rules, and has no time.

The clock runs at a speed of the rehearsal's choosing, or stands still and is moved on by hand.
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Mapping
from concurrent.futures import Future
from concurrent.futures import wait as wait_for
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.events.models import EventsBackend, Rule

from pipeline.rehearsal.local_aws.function_names import FunctionName
from pipeline.rehearsal.local_aws.invocation import Outcome, Refused
from pipeline.rehearsal.local_aws.invoker import Invoker
from pipeline.rehearsal.local_aws.schedule_expressions import parse_schedule

_TICK_SECONDS = 0.05


@dataclass(frozen=True)
class Firing:
    """One rule reaching one target at one moment; `refusal` says why nothing was invoked."""

    rule: str
    target: str
    time: datetime
    refusal: str | None = None
    running: Future[Outcome] | None = field(default=None, repr=False, compare=False)

    @property
    def outcome(self) -> str:
        """Either "pending" until the last attempt has ended, "succeeded", or what went wrong."""
        if self.running is None:
            return self.refusal or "nothing to invoke"
        if not self.running.done():
            return "pending"
        if error := self.running.exception():
            return f"not delivered: {error}"
        result = self.running.result()
        return f"failed: {result.payload.decode()}" if result.failed else "succeeded"


class Clock:
    """
    Fires the enabled rules with a schedule.

    `firings` holds everything that was due, in its order.
    """

    def __init__(self, events: EventsBackend, invoker: Invoker, speed: float) -> None:
        """`speed` is how many seconds pass in one real second; 0 stands still until it is advanced."""
        self._events = events
        self._invoker = invoker
        self._shown = datetime.now(UTC)
        self._shown_at = time.monotonic()
        self._speed = speed
        self._due: dict[tuple[str, str], datetime | None] = {}
        self._setting = threading.Lock()
        self._firing = threading.Lock()
        self._fired = threading.Condition()
        self._closed = threading.Event()
        self.firings: list[Firing] = []
        self._thread = threading.Thread(target=self._run, name="clock", daemon=True)
        self._thread.start()

    @property
    def failures(self) -> list[Firing]:
        """Those of the firings that reached no function, or one that failed at every attempt."""
        return [firing for firing in self.firings if firing.outcome not in {"pending", "succeeded"}]

    @property
    def speed(self) -> float:
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        self._set(self.now(), speed)

    def now(self) -> datetime:
        """The time that it is on this clock, in UTC."""
        with self._setting:
            return self._shown + timedelta(seconds=(time.monotonic() - self._shown_at) * self._speed)

    def advance_to(self, moment: datetime) -> list[Firing]:
        """
        Set the clock forward and fire what is due until then, each after the one before it has ended.

        Returns what was fired. Raises ValueError when the moment has passed already.
        """
        with self._firing:
            now, speed = self.now(), self.speed
            if moment < now:
                raise ValueError(f"It is {now} already: {moment} has passed.")
            fired: list[Firing] = []
            self._set(now, 0)
            try:
                while due := self._next_due(moment):
                    self._set(due, 0)
                    firings = self._fire(due)
                    wait_for([firing.running for firing in firings if firing.running])
                    fired += firings
            finally:
                self._set(moment.astimezone(UTC), speed)
        return fired

    def fire_next(self, rule: str) -> list[Firing]:
        """
        Let a rule's next time be now, for it alone, and wait for the end of what it fires.

        The time stays what it is, and so does whatever else is due. Returns nothing when there is no such time.
        """
        with self._firing:
            now, firings = self.now(), list[Firing]()
            for (_, expression), one in self._rules().items():
                due = parse_schedule(expression)(now) if one.name == rule else None
                if due is not None:
                    firings += [self._deliver(one, target, due) for target in list(one.targets)]
            with self._fired:
                self.firings += firings
                self._fired.notify_all()
        wait_for([firing.running for firing in firings if firing.running])
        return firings

    def wait_for(self, rule: str, *, seconds: float) -> Firing | None:
        """Return the next firing of a rule while the clock runs by itself; None if there is none so long."""
        seen = len(self.firings)

        def ours() -> Firing | None:
            return next((firing for firing in self.firings[seen:] if firing.rule == rule), None)

        with self._fired:
            return self._fired.wait_for(ours, timeout=seconds)

    def close(self) -> None:
        """Fire nothing more."""
        self._closed.set()
        self._thread.join(timeout=1)

    def _set(self, moment: datetime, speed: float) -> None:
        with self._setting:
            self._shown, self._shown_at, self._speed = moment, time.monotonic(), speed

    def _run(self) -> None:
        while not self._closed.wait(_TICK_SECONDS):
            with self._firing:
                now = self.now()
                while due := self._next_due(now):
                    self._fire(due)

    def _rules(self) -> dict[tuple[str, str], Rule]:
        """Schedules exist on the default bus alone; with another expression it is another schedule."""
        rules = list(self._events.event_buses["default"].rules.values())
        return {
            (rule.arn, rule.scheduled_expression): rule
            for rule in rules
            if rule.scheduled_expression and rule.state == "ENABLED"
        }

    def _next_due(self, until: datetime) -> datetime | None:
        """Notice which rules came and went, and return when the first of them is due up to a moment."""
        rules = self._rules()
        self._due = {key: due for key, due in self._due.items() if key in rules}
        for key in rules.keys() - self._due.keys():
            try:
                self._due[key] = parse_schedule(key[1])(self.now())
            except ValueError as error:
                # PutRule refuses such an expression; a CloudFormation template gets it past that.
                self._due[key] = None
                self.firings.append(Firing(rules[key].name, "", self.now(), f"not understood: {error}"))
        return min((due for due in self._due.values() if due and due <= until), default=None)

    def _fire(self, due: datetime) -> list[Firing]:
        """Deliver everything that is due at exactly this moment."""
        rules = self._rules()
        firings = []
        for key in sorted(key for key, at in self._due.items() if at == due):
            self._due[key] = parse_schedule(key[1])(due)
            if rule := rules.get(key):
                firings += [self._deliver(rule, target, due) for target in list(rule.targets)]
        with self._fired:
            self.firings += firings
            self._fired.notify_all()
        return firings

    def _deliver(self, rule: Rule, target: Mapping[str, Any], due: datetime) -> Firing:
        fired = Firing(rule.name, target["Arn"], due)
        try:
            name = FunctionName.parse(target["Arn"])
            self._invoker.find(name)
            if not self._invoker.may_be_invoked(name, "events.amazonaws.com", rule.arn):
                return replace(fired, refusal=f"not permitted: no statement in the policy of {name} allows it")
            return replace(fired, running=self._invoker.invoke_later(name, _event(rule, target, due)))
        except (Refused, ValueError) as error:
            return replace(fired, refusal=f"not delivered: {error}")


def _event(rule: Rule, target: Mapping[str, Any], due: datetime) -> bytes:
    if "Input" in target:
        return str(target["Input"]).encode()
    if "InputPath" in target or "InputTransformer" in target:
        raise ValueError("of inputs only a constant Input is understood here")
    return json.dumps(
        {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": rule.account_id,
            "time": due.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": rule.region_name,
            "resources": [rule.arn],
            "detail": {},
        }
    ).encode()
