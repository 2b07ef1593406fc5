from __future__ import annotations

import pytest

from pipeline.rehearsal.local_aws.function_names import FunctionName


@pytest.mark.parametrize(
    "written",
    [
        "app:7",
        "function:app:7",
        "123456789012:function:app:7",
        "eu-central-1:123456789012:function:app:7",
        "arn:aws:lambda:eu-central-1:123456789012:function:app:7",
        "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:app:7",
    ],
)
def test_every_form_names_the_same_version(written: str) -> None:
    assert FunctionName.parse(written) == FunctionName("app", "7")


def test_a_plain_name_has_no_qualifier() -> None:
    assert FunctionName.parse("app-production") == FunctionName("app-production")


def test_the_qualifier_may_stand_beside_the_name() -> None:
    assert FunctionName.parse("app", "$LATEST") == FunctionName("app", "$LATEST")


def test_two_different_qualifiers_are_refused() -> None:
    with pytest.raises(ValueError, match="does not match the specified qualifier"):
        FunctionName.parse("app:live", "7")


@pytest.mark.parametrize("written", ["", "a b", "arn:aws:s3:::bucket", "app:7:8"])
def test_what_is_no_name_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is not the name or ARN of a function"):
        FunctionName.parse(written)
