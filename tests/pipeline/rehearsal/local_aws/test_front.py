"""HTTP in, the event a function sees, and HTTP out."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
import requests

from pipeline.rehearsal.local_aws import LocalAws
from tests.pipeline.rehearsal.local_aws.deployments import Deployments

SHOWS = """
    import json

    def lambda_handler(event, context):
        version = context.invoked_function_arn.split(":")[-1]
        return {"statusCode": 200, "body": json.dumps({"event": event, "invoked": version})}
"""
ANSWERS = """
    import json

    def lambda_handler(event, context):
        return json.loads(event["body"])
"""

Publish = Callable[..., str]


@pytest.fixture
def publish(aws: LocalAws, deployments: Deployments) -> Publish:
    """Make a REST API of `path: function ARN` pairs, with a stage `production`, and return its id."""
    gateway = aws.client("apigateway")

    def make(paths: dict[str, str], *, binary: bool = False, **integration: Any) -> str:
        api = gateway.create_rest_api(name="api")["id"]
        if binary:
            everything = {"op": "add", "path": "/binaryMediaTypes/*~1*"}
            gateway.update_rest_api(restApiId=api, patchOperations=[everything])
        (root,) = gateway.get_resources(restApiId=api)["items"]
        for path, arn in paths.items():
            method, _, template = path.partition(" ")
            parent = root["id"]
            for part in filter(None, template.split("/")):
                present = {
                    (r.get("parentId"), r.get("pathPart")): r["id"]
                    for r in gateway.get_resources(restApiId=api)["items"]
                }
                parent = (
                    present.get((parent, part))
                    or (gateway.create_resource(restApiId=api, parentId=parent, pathPart=part)["id"])
                )
            where = {"restApiId": api, "resourceId": parent, "httpMethod": method}
            gateway.put_method(**where, authorizationType="NONE")
            gateway.put_integration(
                **where,
                type="AWS_PROXY",
                integrationHttpMethod="POST",
                uri=f"arn:aws:apigateway:{aws.region}:lambda:path/2015-03-31/functions/{arn}/invocations",
                **({"credentials": deployments.role} | integration),
            )
        gateway.create_deployment(restApiId=api, stageName="production")
        return str(api)

    return make


def arn_of(deployments: Deployments, name: str) -> str:
    return str(deployments.client.get_function_configuration(FunctionName=name)["FunctionArn"])


def call(aws: LocalAws, api: str, path: str, method: str = "GET", **options: Any) -> requests.Response:
    """Call an API by AWS's own host name."""
    host = {"Host": f"{api}.execute-api.{aws.region}.amazonaws.com"}
    headers = host | options.pop("headers", {})
    return requests.request(method, f"{aws.url}{path}", headers=headers, timeout=10, allow_redirects=False, **options)


def answer(aws: LocalAws, api: str, returned: Any, **options: Any) -> requests.Response:
    """The HTTP answer to something that a function returned."""
    return call(aws, api, "/production/x", "POST", data=json.dumps(returned), **options)


def test_the_event_is_that_of_a_rest_api(aws: LocalAws, deployments: Deployments, publish: Publish) -> None:
    arn = arn_of(deployments, deployments.create(SHOWS))
    api = publish({"ANY /{proxy+}": arn})

    shown = call(
        aws,
        api,
        "/production/a/b%20c?x=1&x=2&y=%26",
        "PUT",
        data="text",
        headers={"X-Custom": "Value", "User-Agent": "test", "Accept": "*/*", "Accept-Encoding": "identity"},
    ).json()["event"]

    context = shown["requestContext"]
    varying = {name: context.pop(name) for name in ("requestId", "extendedRequestId", "resourceId")}
    times = context.pop("requestTimeEpoch"), context.pop("requestTime")
    trace = shown["headers"].pop("X-Amzn-Trace-Id")
    multiple = shown.pop("multiValueHeaders")
    assert all(varying.values())
    assert all(times)
    assert trace.startswith("Root=1-")
    host = f"{api}.execute-api.{aws.region}.amazonaws.com"
    assert shown == {
        "resource": "/{proxy+}",
        "path": "/a/b%20c",
        "httpMethod": "PUT",
        "headers": {
            "Host": host,
            "X-Custom": "Value",
            "User-Agent": "test",
            "Accept": "*/*",
            "Accept-Encoding": "identity",
            "X-Forwarded-For": "127.0.0.1",
            "X-Forwarded-Port": "443",
            "X-Forwarded-Proto": "https",
        },
        "queryStringParameters": {"x": "2", "y": "&"},
        "multiValueQueryStringParameters": {"x": ["1", "2"], "y": ["&"]},
        "pathParameters": {"proxy": "a/b c"},
        "stageVariables": None,
        "requestContext": {
            "accountId": aws.account,
            "apiId": api,
            "domainName": host,
            "domainPrefix": api,
            "httpMethod": "PUT",
            "identity": {"sourceIp": "127.0.0.1", "userAgent": "test"},
            "path": "/production/a/b%20c",
            "protocol": "HTTP/1.1",
            "resourcePath": "/{proxy+}",
            "stage": "production",
        },
        "body": "text",
        "isBase64Encoded": False,
    }
    assert multiple["X-Custom"] == ["Value"]


def test_a_binary_api_encodes_every_body(aws: LocalAws, deployments: Deployments, publish: Publish) -> None:
    """Zappa declares all media types binary."""
    arn = arn_of(deployments, deployments.create(SHOWS))
    api = publish({"ANY /{proxy+}": arn}, binary=True)

    shown = call(aws, api, "/production/x", "POST", data=b"\x00\xff").json()["event"]

    assert (shown["body"], shown["isBase64Encoded"]) == (base64.b64encode(b"\x00\xff").decode(), True)


def test_the_integration_names_the_alias_that_is_invoked(
    aws: LocalAws, deployments: Deployments, publish: Publish
) -> None:
    name = deployments.create(SHOWS, Publish=True)
    deployments.client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    deployments.change(name, "def lambda_handler(e, c):\n    return {'statusCode': 500}")
    api = publish({"ANY /": f"{arn_of(deployments, name)}:live"})

    shown = call(aws, api, "/production")

    assert (shown.status_code, shown.json()["invoked"]) == (200, "live")


def test_the_most_literal_resource_wins(aws: LocalAws, deployments: Deployments, publish: Publish) -> None:
    arn = arn_of(deployments, deployments.create(SHOWS))
    templates = ["/", "/{proxy+}", "/users", "/users/{id}", "/users/me"]
    api = publish({f"ANY {template}": arn for template in templates})

    paths = ["/", "/users", "/users/me", "/users/7", "/users/7/posts", "/a"]
    shown = {path: call(aws, api, f"/production{path}").json()["event"] for path in paths}

    assert {path: (event["resource"], event["pathParameters"]) for path, event in shown.items()} == {
        "/": ("/", None),
        "/users": ("/users", None),
        "/users/me": ("/users/me", None),
        "/users/7": ("/users/{id}", {"id": "7"}),
        "/users/7/posts": ("/{proxy+}", {"proxy": "users/7/posts"}),
        "/a": ("/{proxy+}", {"proxy": "a"}),
    }


@pytest.mark.parametrize(("method", "path"), [("POST", "/production/x"), ("GET", "/production/y")])
def test_what_leads_nowhere_is_answered_as_aws_does(
    aws: LocalAws, deployments: Deployments, publish: Publish, method: str, path: str
) -> None:
    api = publish({"GET /x": arn_of(deployments, deployments.create(SHOWS))})

    nowhere = call(aws, api, path, method)

    assert (nowhere.status_code, nowhere.json()) == (403, {"message": "Missing Authentication Token"})


def test_a_stage_that_was_not_deployed_is_forbidden(aws: LocalAws, deployments: Deployments, publish: Publish) -> None:
    api = publish({"GET /x": arn_of(deployments, deployments.create(SHOWS))})

    answers = [call(aws, api, "/staging/x"), call(aws, "unknown0api", "/production/x")]

    assert [(a.status_code, a.json()) for a in answers] == [(403, {"message": "Forbidden"})] * 2


def test_a_custom_domain_leads_to_its_stage(aws: LocalAws, deployments: Deployments, publish: Publish) -> None:
    """What a browser gets: no stage in the path, and the scheme and port that it typed."""
    api = publish({"ANY /{proxy+}": arn_of(deployments, deployments.create(SHOWS))})
    aws.front.map_domain(api, "production", "app.localhost")

    shown = requests.get(f"{aws.url}/status", headers={"Host": "app.localhost:80"}, timeout=10).json()["event"]

    assert (shown["path"], shown["requestContext"]["path"]) == ("/status", "/status")
    assert shown["requestContext"]["domainName"] == "app.localhost"
    forwarded = {name: shown["headers"][f"X-Forwarded-{name}"] for name in ("Proto", "Port")}
    assert forwarded == {"Proto": "http", "Port": str(aws.front.port)}


def test_every_other_host_leads_to_the_default_domain(
    aws: LocalAws, deployments: Deployments, publish: Publish
) -> None:
    api = publish({"ANY /{proxy+}": arn_of(deployments, deployments.create(SHOWS))})
    aws.front.map_domain(api, "production")

    shown = requests.get(f"{aws.url}/status", timeout=10).json()["event"]

    assert shown["requestContext"]["apiId"] == api


@pytest.fixture
def answering(deployments: Deployments, publish: Publish) -> str:
    """An API whose function returns the body it is sent."""
    return publish({"POST /x": arn_of(deployments, deployments.create(ANSWERS))})


def test_status_headers_and_body_come_back(aws: LocalAws, answering: str) -> None:
    got = answer(
        aws,
        answering,
        {
            "statusCode": 201,
            "headers": {"X-One": "1", "X-Both": "lost", "Content-Type": "text/plain", "Server": "mine"},
            "multiValueHeaders": {"X-Both": ["a", "b"], "Set-Cookie": ["c=1", "d=2"]},
            "body": "grün",
        },
    )

    assert (got.status_code, got.content.decode()) == (201, "grün")
    assert (got.headers["X-One"], got.headers["X-Both"]) == ("1", "a, b")
    assert got.cookies.get_dict() == {"c": "1", "d": "2"}
    assert got.headers["x-amzn-Remapped-Server"] == "mine"


def test_an_answer_without_a_body_is_empty(aws: LocalAws, answering: str) -> None:
    got = answer(aws, answering, {"statusCode": 204})

    assert (got.status_code, got.content) == (204, b"")


@pytest.mark.parametrize(("binary", "body"), [(True, b"\x00\xff"), (False, b"AP8=")])
def test_base64_is_decoded_for_binary_types_only(
    aws: LocalAws, deployments: Deployments, publish: Publish, binary: bool, body: bytes
) -> None:
    source = "def lambda_handler(e, c):\n    return {'statusCode': 200, 'body': 'AP8=', 'isBase64Encoded': True}"
    api = publish({"GET /x": arn_of(deployments, deployments.create(source))}, binary=binary)

    assert call(aws, api, "/production/x").content == body


@pytest.mark.parametrize(
    "returned",
    [
        None,
        "text",
        {},
        {"statusCode": "ok"},
        {"statusCode": 200, "body": {"a": 1}},
        {"statusCode": 200, "headers": ["a"]},
    ],
)
def test_what_is_no_answer_is_a_bad_gateway(aws: LocalAws, answering: str, returned: Any) -> None:
    got = answer(aws, answering, returned)

    assert (got.status_code, got.json()) == (502, {"message": "Internal server error"})


def test_a_function_that_fails_is_a_bad_gateway(aws: LocalAws, answering: str) -> None:
    got = call(aws, answering, "/production/x", "POST", data="no json")

    assert (got.status_code, got.json()) == (502, {"message": "Internal server error"})


def test_a_function_that_does_not_exist_is_an_internal_error(aws: LocalAws, publish: Publish) -> None:
    api = publish({"GET /x": f"arn:aws:lambda:{aws.region}:{aws.account}:function:nothing"})

    got = call(aws, api, "/production/x")

    assert (got.status_code, got.json()) == (500, {"message": "Internal server error"})


def test_the_gateway_does_not_wait_for_ever(aws: LocalAws, deployments: Deployments, publish: Publish) -> None:
    """It gives up after 29 seconds, or as the integration says; the function goes on."""
    name = deployments.create("import time\ndef lambda_handler(e, c):\n    time.sleep(1)\n    print('done')")
    api = publish({"GET /x": arn_of(deployments, name)}, timeoutInMillis=200)

    got = call(aws, api, "/production/x")

    assert (got.status_code, got.json()) == (504, {"message": "Endpoint request timed out"})
    assert aws.settle(10)
    assert "done" in aws.logs(name)


@pytest.mark.parametrize("megabytes", [8, 11])
def test_a_body_that_is_too_large_is_refused(aws: LocalAws, answering: str, megabytes: int) -> None:
    """The gateway takes ten megabytes, and Lambda six."""
    got = call(aws, answering, "/production/x", "POST", data=b"x" * megabytes * 1024 * 1024)

    assert (got.status_code, got.json()) == (413, {"message": "Request Too Long"})


def test_without_credentials_the_functions_policy_decides(
    aws: LocalAws, deployments: Deployments, publish: Publish
) -> None:
    name = deployments.create(SHOWS)
    api = publish({"GET /x": arn_of(deployments, name)}, credentials="")
    before = call(aws, api, "/production/x")
    deployments.client.add_permission(
        FunctionName=name,
        StatementId="gateway",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:{aws.region}:{aws.account}:{api}/*/GET/x",
    )

    after = call(aws, api, "/production/x")

    assert (before.status_code, before.json()) == (500, {"message": "Internal server error"})
    assert after.status_code == 200
