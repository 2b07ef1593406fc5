"""
Without this file `aws lambda invoke` would reach moto, which runs nothing.

It is the HTTP face of an invocation, and the place where an answer can get lost on its way.
"""

from __future__ import annotations

import base64
import socket
from concurrent.futures import wait as wait_for
from typing import Any

from werkzeug.wrappers import Request, Response

from pipeline.rehearsal.local_aws.faults import Fault, Faults, Harm
from pipeline.rehearsal.local_aws.function_names import FunctionName
from pipeline.rehearsal.local_aws.invocation import Outcome, Refused
from pipeline.rehearsal.local_aws.invoker import Invoker

LOG_TAIL = 4096


class InvokeApi:
    """Answers `POST /2015-03-31/functions/NAME/invocations`."""

    def __init__(self, invoker: Invoker, faults: Faults) -> None:
        self._invoker = invoker
        self._faults = faults

    def invoke(self, request: Request, name: FunctionName) -> Response:
        """
        Answer an invocation of any type.

        Raises Refused as Lambda would, and ConnectionAbortedError for a fault that cut the connection.
        """
        payload = request.get_data()
        context = request.headers.get("X-Amz-Client-Context")
        decoded = base64.b64decode(context).decode() if context else None
        match request.headers.get("X-Amz-Invocation-Type", "RequestResponse"):
            case "DryRun":
                self._invoker.find(name)
                return Response(status=204)
            case "Event":
                self._invoker.invoke_later(name, payload, decoded)
                return Response(status=202)
            case "RequestResponse":
                fault = self._faults.take(name.name, Harm.DROP_CONNECTION, Harm.ANSWER_500)
                if fault:
                    return self._spoiled(fault, request, name, payload, decoded)
                outcome = self._invoker.invoke(name, payload, decoded)
                return _answer(outcome, tail=request.headers.get("X-Amz-Log-Type") == "Tail")
            case other:
                raise Refused(400, "InvalidParameterValueException", f"Unknown invocation type {other!r}.")

    def _spoiled(self, fault: Fault, request: Request, name: FunctionName, *call: Any) -> Response:
        wait_for([self._invoker.start(name, *call)], timeout=fault.after)
        if fault.harm is Harm.ANSWER_500:
            raise Refused(500, "ServiceException", "Internal failure, as the rehearsal asked for.")
        connection: socket.socket = request.environ["werkzeug.socket"]
        connection.shutdown(socket.SHUT_RDWR)
        raise ConnectionAbortedError("The rehearsal asked for this connection to be cut.")


def _answer(outcome: Outcome, *, tail: bool) -> Response:
    response = Response(outcome.payload, content_type="application/json")
    response.headers["X-Amz-Executed-Version"] = outcome.version
    if outcome.failed:
        response.headers["X-Amz-Function-Error"] = "Unhandled"
    if tail:
        response.headers["X-Amz-Log-Result"] = base64.b64encode(outcome.log.encode()[-LOG_TAIL:]).decode()
    return response
