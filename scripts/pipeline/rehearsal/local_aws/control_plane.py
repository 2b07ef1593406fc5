"""
Without this file there would be moto alone, which keeps functions and runs none of them.

One WSGI application: what concerns a single Lambda function passes through here, everything else goes to
moto unchanged. Each cloud has an account of its own, because moto's state belongs to the process.
"""

from __future__ import annotations

import io
import json
import re
import threading
import urllib.parse
from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from moto.core.exceptions import JsonRESTError
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.wrappers import Request, Response

from pipeline.rehearsal.local_aws.function_names import FunctionName
from pipeline.rehearsal.local_aws.functions import FunctionBackend
from pipeline.rehearsal.local_aws.invocation import Refused
from pipeline.rehearsal.local_aws.invoke_api import InvokeApi
from pipeline.rehearsal.local_aws.schedule_expressions import parse_schedule
from pipeline.rehearsal.local_aws.versions import require_code, require_revision

_ONE_FUNCTION = re.compile(r"/\d{4}-\d{2}-\d{2}/functions/(?P<name>[^/]+)(?P<rest>/.*)?")
_CODE = "/.code/"


class ControlPlane:
    """AWS's endpoint, all services on one port."""

    def __init__(self, account: str, functions: FunctionBackend, invocations: InvokeApi) -> None:
        self._account = account
        self._functions = functions
        self._invocations = invocations
        self._moto = DomainDispatcherApplication(create_backend_app)
        # AWS checks a RevisionId and acts on it in one step; moto's part of the step is beyond our reach.
        self._changing = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = self._account
        request = Request(environ)
        path = urllib.parse.urlsplit(environ["RAW_URI"]).path
        try:
            if path.startswith(_CODE):
                return self._code(path)(environ, start_response)
            if request.headers.get("X-Amz-Target") == "AWSEvents.PutRule":
                _check_schedule(request)
            if found := _ONE_FUNCTION.fullmatch(path):
                written = urllib.parse.unquote(found["name"])
                rest = (found["rest"] or "").rstrip("/")
                return self._function(request, written, rest, start_response)
        except Refused as refused:
            return _error(refused.status, refused.kind, refused.message)(environ, start_response)
        except JsonRESTError as error:
            return _error(error.code, error.error_type, error.message)(environ, start_response)
        return list(self._moto(environ, start_response))

    def _function(self, request: Request, written: str, rest: str, start_response: StartResponse) -> Iterable[bytes]:
        try:
            name = FunctionName.parse(written, request.args.get("Qualifier"))
        except ValueError as error:
            raise Refused(400, "InvalidParameterValueException", str(error)) from error
        environ = request.environ
        match request.method, rest:
            case "POST", "/invocations":
                return self._invocations.invoke(request, name)(environ, start_response)
            case "GET", "":
                return self._describe(request, name)(environ, start_response)
            case "GET", "/configuration":
                return _json(self._configuration(name))(environ, start_response)
            case "GET", "/urls":
                return self._urls(name)(environ, start_response)
            case "GET", "/aliases":
                return self._aliases(request, name)(environ, start_response)
            case "GET", _:
                # Of a function that does not exist moto lists no versions, where AWS says so.
                self._functions.get_function(name.name)
                self._rename(environ, name, rest)
                return list(self._moto(environ, start_response))
        with self._changing:
            body = request.get_data()
            environ["wsgi.input"] = io.BytesIO(body)
            environ["CONTENT_LENGTH"] = str(len(body))
            environ.pop("HTTP_TRANSFER_ENCODING", None)
            self._check_preconditions(request.method, name, rest, body)
            self._rename(environ, name, rest)
            return list(self._moto(environ, start_response))

    def _check_preconditions(self, method: str, name: FunctionName, rest: str, body: bytes) -> None:
        """Check what moto never passes on to the place where the corrections could look at it."""
        if method == "POST" and rest == "/versions":
            expected = json.loads(body or b"{}")
            latest = self._functions.get_function(name.name)
            require_revision(latest.get_configuration()["RevisionId"], expected.get("RevisionId"))
            require_code(latest.code_sha_256, expected.get("CodeSha256"))
        elif method == "PUT" and rest.startswith("/aliases/"):
            alias = self._functions.get_alias(rest.removeprefix("/aliases/"), name.name)
            require_revision(alias.revision_id, json.loads(body).get("RevisionId"))

    def _rename(self, environ: WSGIEnvironment, name: FunctionName, rest: str) -> None:
        """
        Write the request's path and query in the only form that moto understands everywhere.

        moto answers 500 to `function:NAME:VERSION`. It removes permissions, and keeps the settings of events,
        without a look at the qualifier in the query: there it goes into the name, where our backend finds it.
        """
        qualified = rest.startswith(("/policy/", "/event-invoke-config"))
        written = str(name) if qualified else name.name
        version = environ["PATH_INFO"].split("/")[1]
        query = urllib.parse.parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        if name.qualifier:
            query["Qualifier"] = [name.qualifier]
        environ["PATH_INFO"] = f"/{version}/functions/{written}{urllib.parse.unquote(rest)}"
        environ["QUERY_STRING"] = urllib.parse.urlencode(query, doseq=True)
        raw = f"/{version}/functions/{urllib.parse.quote(written, safe='')}{rest}?{environ['QUERY_STRING']}"
        environ["RAW_URI"] = environ["REQUEST_URI"] = raw

    def _describe(self, request: Request, name: FunctionName) -> Response:
        """GetFunction; moto's `Code.Location` is on amazonaws.com, and `zappa rollback` downloads from it."""
        function = self._functions.get_function(name.name, name.qualifier)
        description = function.get_code()
        description["Configuration"] = self._configuration(name)
        description["Code"] = {
            "RepositoryType": "S3",
            "Location": f"{request.host_url.rstrip('/')}{_CODE}{function.function_name}/{function.version}",
        }
        return _json(description)

    def _configuration(self, name: FunctionName) -> dict[str, Any]:
        """GetFunctionConfiguration, with the ARN as asked for; moto's is the version's behind an alias."""
        configuration = self._functions.get_function(name.name, name.qualifier).get_configuration()
        if name.qualifier:
            arn = self._functions.get_function(name.name).function_arn
            configuration["FunctionArn"] = f"{arn}:{name.qualifier}"
        return configuration

    def _aliases(self, request: Request, name: FunctionName) -> Response:
        """ListAliases; moto ignores that only those of one version are asked for."""
        version = request.args.get("FunctionVersion")
        aliases = self._functions.list_aliases(name.name)
        chosen = [alias.to_json() for alias in aliases if version in {None, alias.function_version}]
        return _json({"Aliases": chosen})

    def _code(self, path: str) -> Response:
        name, version = urllib.parse.unquote(path.removeprefix(_CODE)).split("/")
        function = self._functions.get_function(name, version)
        return Response(function.code_bytes, content_type="application/zip")

    def _urls(self, name: FunctionName) -> Response:
        """ListFunctionUrlConfigs, which moto lacks and Zappa calls at each update."""
        function = self._functions.get_function(name.name)
        configuration = function.url_config
        return _json({"FunctionUrlConfigs": [configuration.to_dict()] if configuration else []})


def _check_schedule(request: Request) -> None:
    """Refuse a rule whose schedule EventBridge would not understand; moto takes any text."""
    body = request.get_data()
    request.environ["wsgi.input"] = io.BytesIO(body)
    expression = json.loads(body).get("ScheduleExpression")
    if expression:
        try:
            parse_schedule(expression)
        except ValueError as error:
            message = f"Parameter ScheduleExpression is not valid. {error}"
            raise Refused(400, "ValidationException", message) from error


def _json(value: object) -> Response:
    return Response(json.dumps(value), content_type="application/json")


def _error(status: int, kind: str, message: str) -> Response:
    response = _json({"__type": kind, "Type": "User" if status < 500 else "Service", "Message": message})
    response.status_code = status
    response.headers["X-Amzn-ErrorType"] = kind
    return response
