"""
Tries everything an application does with its models on one connection, and puts everything back.

Each operation has its own transaction, which is rolled back; what it needs beforehand is in savepoints. Nothing is left
out in silence: what cannot be tried has a reason. Runs in the reviewed project's Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from sqlalchemy import text

from pipeline.review.window.inside_errors import told
from pipeline.review.window.inside_rows import Taken, attempt, catch_up, columns, free, nulls

SELECT, UPDATE, DELETE = "SELECT", "UPDATE", "DELETE"
INSERT, LEAST = "INSERT", "INSERT of the least"
_UNIQUE = "23505"
_CLASS_OF_CONSTRAINTS = "23"
Result = Any
"""A dictionary as JSON can carry it: model, table, operation, about, outcome, words, sqlstate, column, nulls."""


class Exercise:
    """The operations on one model over one connection."""

    def __init__(self, model: Any, connection: Any) -> None:
        self.model = model
        self.connection = connection
        self._columns: dict[Any, list[Any]] = {}

    def read(self, rows: int) -> Result:
        """
        Read so many rows from each end, and commit.

        An application that has read does no more, and a ROLLBACK is no small thing to a driver.
        """
        transaction = self.connection.begin()
        try:
            self.model.select(self.connection, rows)
        except Exception as error:  # noqa: BLE001 - whatever it raises is the answer.
            if transaction.is_active:
                transaction.rollback()
            return self._result(SELECT, "failed", **told(error))
        transaction.commit()
        return self._result(SELECT, "ok")

    def write(self, few: bool) -> Iterator[Result]:
        """Yield what came of each operation that writes; INSERT is tried with all remembered rows, or with a `few`."""
        why = self.model.unusable or (None if self.model.rows else "no row of it could be read to work with")
        if why:
            yield from (
                self._result(operation, "not tried", words=why) for operation in (INSERT, LEAST, UPDATE, DELETE)
            )
            return
        yield from self._inserts(1 if few else len(self.model.rows))
        yield from self._updates()
        yield self._deletes()

    def _inserts(self, most: int) -> Iterator[Result]:
        written, demanded = self.model.written(), self.model.demanded()
        yield self._with_rows(INSERT, lambda row: self._insert(row, written), self.model.rows, most)
        yield self._with_rows(LEAST, lambda row: self._insert(row, demanded), self.model.rows, 1)
        row = (self.model.worked[INSERT] or self.model.rows)[0]
        for key, value in self.model.labels():
            about = f"{self.model.column_of(key)} = {getattr(value, 'name', value)}"
            yield self._tried(INSERT, partial(self._insert, {**row, key: value}, written), about)

    def _insert(self, row: Any, keys: list[str]) -> dict[str, bool]:
        """Insert what `row` has for `keys` in the place of the row, and tell which columns are NULL afterwards."""
        taken, was_there = False, True
        try:
            was_there = free(self.connection, self.model.tables, lambda table: self.model.condition(table, row))
        except Taken:
            taken = True  # The INSERT is tried all the same: what it says of itself counts.
        values = {key: row[key] for key in keys if key in row}
        try:
            places = attempt(self.connection, lambda: self.model.insert(self.connection, values))
        except Exception as error:
            state = told(error)["sqlstate"] or ""
            if state.startswith(_CLASS_OF_CONSTRAINTS) and not was_there:
                raise NotTried("the row it is a copy of is gone, and so may be what that refers to") from error
            if state != _UNIQUE:
                raise
            if taken:
                raise NotTried("the row it is a copy of cannot make way for it") from error
            for table in self.model.tables:
                catch_up(self.connection, table)
            places = self.model.insert(self.connection, values)
        found = {}
        for table, condition in places:
            if table not in self._columns:
                self._columns[table] = columns(self.connection, table)
            now = nulls(self.connection, table, self._columns[table], condition)
            found.update({f"{table.name}.{name}": null for name, null in now.items()})
        return found

    def _updates(self) -> Iterator[Result]:
        keys = self.model.updated()
        if not keys:
            yield self._result(UPDATE, "not tried", words="it has no column beside its key")
            return
        whole = self._tried(UPDATE, lambda: self._update(keys))
        if whole["outcome"] != "failed" or len(keys) == 1:
            yield whole
            return
        # One column that cannot be written would hide all others: each for itself, then the rest together.
        failed = {}
        for key in keys:
            one = self._tried(UPDATE, partial(self._update, [key]), self.model.column_of(key))
            if one["outcome"] == "failed":
                failed[key] = one
        rest = [key for key in keys if key not in failed]
        if not rest or not failed:
            yield whole
            return
        yield from failed.values()
        yield self._tried(UPDATE, lambda: self._update(rest))

    def _update(self, keys: list[str]) -> None:
        """Update the row as it is today; where the release cannot read it any more, as it remembers it."""
        for row in self.model.rows:
            if self._is_there(row):
                self.model.update(self.connection, self._today(row) or row, keys)
                return
        raise NotTried("none of the rows it knows is there any more")

    def _is_there(self, row: Any) -> bool:
        try:
            return bool(attempt(self.connection, lambda: self.model.exists(self.connection, row)))
        except Exception:  # noqa: BLE001 - a key that cannot be asked for: the operation itself will say why.
            return True

    def _today(self, row: Any) -> Any:
        try:
            return attempt(self.connection, lambda: self.model.now(self.connection, row))
        except Exception:  # noqa: BLE001 - that it cannot be read is SELECT's to say.
            return None

    def _deletes(self) -> Result:
        """Delete the row that nobody refers to, which is the last one; where each has children, one that works."""
        return self._with_rows(DELETE, self._delete, self.model.rows[::-1], 1)

    def _delete(self, row: Any) -> None:
        if not self._is_there(row):
            raise NotTried("none of the rows it knows is there any more")
        self.model.delete(self.connection, self._today(row) or row)

    def _with_rows(self, operation: str, work: Callable[[Any], Any], rows: list[Any], most: int) -> Result:
        """
        Try the operation with `most` rows with which it worked the first time, and tell of the first that fails.

        A row may be one with which it never worked. The first time decides which do.
        """
        if operation not in self.model.worked:
            results = []
            worked: list[Any] = []
            for row in rows:
                if len(worked) == most:
                    break
                results.append(self._tried(operation, partial(work, row)))
                worked += [row] if results[-1]["outcome"] == "ok" else []
            self.model.worked[operation] = worked
            return next((one for one in results if one["outcome"] == "ok"), results[0])
        known = self.model.worked[operation] or rows
        results = [self._tried(operation, partial(work, row)) for row in known[:most]]
        return min(results, key=lambda one: ("failed", "ok", "not tried").index(one["outcome"]))

    def _tried(self, operation: str, work: Callable[[], Any], about: str | None = None) -> Result:
        transaction = self.connection.begin()
        try:
            found = attempt(self.connection, work)
            # What waits for the end of the transaction is asked now: there is no commit to ask it.
            self.connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        except NotTried as error:
            return self._result(operation, "not tried", about, words=str(error))
        except Exception as error:  # noqa: BLE001 - whatever it raises is the answer.
            return self._result(operation, "failed", about, **told(error))
        else:
            return self._result(operation, "ok", about, nulls=found if isinstance(found, dict) else {})
        finally:
            if transaction.is_active:
                transaction.rollback()

    def _result(self, operation: str, outcome: str, about: str | None = None, **more: Any) -> Result:
        usual: dict[str, Any] = {"words": "", "sqlstate": None, "column": None, "nulls": {}}
        names = {"model": self.model.name, "table": self.model.tables[0].fullname if self.model.tables else ""}
        return {**usual, **names, "operation": operation, "outcome": outcome, "about": about, **more}


class NotTried(Exception):
    """The operation could not even begin; the message says why."""
