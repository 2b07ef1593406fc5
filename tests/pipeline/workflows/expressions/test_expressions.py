"""
The language as GitHub documents it, one line per rule.

`@actions/expressions` 0.3.61 gives each of these values too, save where it differs from the runner: it
undoubles one quote only, and writes 1E+20 in full.
https://docs.github.com/actions/reference/workflows-and-actions/expressions
"""

from __future__ import annotations

import math

import pytest

from pipeline.workflows.expressions import (
    CaseSensitive,
    ExpressionError,
    Scope,
    Value,
    parse_expression,
)

CONTEXTS: dict[str, Value] = {
    "github": {"ref": "refs/heads/main", "Actor": "octocat", "event": {"number": 7, "draft": False}},
    "fruits": [
        {"name": "apple", "colours": ["red", "green"]},
        {"name": "pear", "colours": ["yellow"]},
        {"Name": "plum"},
    ],
    "vegetables": {"beet": {"roast": True}, "kale": {"roast": False}, "salt": 1},
    "nothing": None,
    "env": CaseSensitive({"Path": "small", "PATH": "large"}),
}
SCOPE = Scope(frozenset(CONTEXTS), status_functions=True, hash_files=True)


def value_of(source: str) -> Value:
    return parse_expression(source, SCOPE).evaluate(CONTEXTS)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("null", None),
        ("true", True),
        ("false", False),
        ("711", 711),
        ("-9.2", -9.2),
        ("+.5", 0.5),
        ("0xff", 255),
        ("0o17", 15),
        ("-2.99e-2", -0.0299),
        ("Infinity", math.inf),
        ("'Mona the Octocat'", "Mona the Octocat"),
        ("'It''s open ''source'''", "It's open 'source'"),
        ("''", ""),
    ],
)
def test_literals(source: str, value: Value) -> None:
    assert value_of(source) == value


@pytest.mark.parametrize(
    ("source", "value"),
    [
        # null, booleans, text and numbers meet as numbers.
        ("null == 0", True),
        ("null == ''", True),
        ("true == 1", True),
        ("false == ''", True),
        ("'1' == 1", True),
        ("' 0x10 ' == 16", True),
        ("'one' == 1", False),
        ("true == 'true'", False),
        ("'1e3' == 1000", True),
        # What is no number is equal to nothing, itself included.
        ("NaN == NaN", False),
        ("NaN != NaN", True),
        ("'x' < 1", False),
        ("'x' >= 1", False),
        # Text meets text without case; the dotless i is not an i.
        ("'MAIN' == 'main'", True),
        ("'É' == 'é'", True),
        ("'ı' == 'I'", False),
        ("'a' < 'B'", True),
        ("'b' <= 'B'", True),
        ("'10' < '9'", True),
        # Objects and arrays are equal to themselves only.
        ("vegetables == vegetables", True),
        ("vegetables == 'Object'", False),
        ("fruits != fruits", False),
        ("fromJSON('[]') == fromJSON('[]')", False),
        ("fruits > 0", False),
        ("true > false", True),
        ("2 >= 2.0", True),
    ],
)
def test_comparisons(source: str, value: Value) -> None:
    assert value_of(source) is value


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("'a' && 'b'", "b"),
        ("'' && 'b'", ""),
        ("0 || '' || 'last'", "last"),
        ("'first' || 'b'", "first"),
        ("null || false", False),
        ("!''", True),
        ("!'false'", False),
        ("!!fromJSON('{}')", True),
        ("!NaN", True),
        ("!-0", True),
    ],
)
def test_logic_yields_the_operand_that_decides(source: str, value: Value) -> None:
    assert value_of(source) == value


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("true || false && false", True),
        ("(true || false) && false", False),
        ("!true || true", True),
        ("!(true || true)", False),
        ("1 < 2 == true", True),
        ("1 == 1 < 0", False),
        ("3 > 2 > 1", False),
        ("!github.event.draft && github.event.number == 7", True),
    ],
)
def test_precedence(source: str, value: Value) -> None:
    assert value_of(source) == value


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("github.actor", "octocat"),
        ("GitHub.ACTOR", "octocat"),
        ("github['actor']", "octocat"),
        ("github[format('{0}or', 'act')]", "octocat"),
        ("github.event.number", 7),
        ("github.no.such.thing", None),
        ("nothing.at.all", None),
        ("'text' && github.ref.length", None),
        ("fruits[1].name", "pear"),
        ("fruits['1'].name", "pear"),
        ("fruits[1.9].name", "pear"),
        ("fruits[99]", None),
        ("fruits[-1]", None),
        ("fruits[0][null]", None),
        ("fromJSON('[[1, 2]]')[0][1]", 2),
        ("fromJSON('{\"true\": 1}').true", 1),
        ("env.Path", "small"),
        ("env['PATH']", "large"),
        ("env.path", None),
    ],
)
def test_looking_into_things(source: str, value: Value) -> None:
    """What is not there is null, all the way down; only `env` tells capitals apart."""
    assert value_of(source) == value


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("fruits.*.name", ["apple", "pear", "plum"]),
        ("fruits[*].name", ["apple", "pear", "plum"]),
        ("fruits.*.colours", [["red", "green"], ["yellow"]]),
        ("fruits.*.colours.*", ["red", "green", "yellow"]),
        ("fruits.*.colours[0]", ["red", "yellow"]),
        ("vegetables.*.roast", [True, False]),
        ("fruits.*.nope", []),
        ("nothing.*", []),
        ("github.ref.*", []),
        ("join(fruits.*.name, ' ')", "apple pear plum"),
    ],
)
def test_a_star_looks_into_every_item_and_passes_over_those_without(source: str, value: Value) -> None:
    assert value_of(source) == value


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("contains('Hello world', 'LLO')", True),
        ("contains('abc', '')", True),
        ("contains(1234, 23)", True),
        ("contains(fromJSON('[\"push\", 1]'), 'PUSH')", True),
        ("contains(fromJSON('[\"push\", 1]'), '1')", True),
        ("contains(fromJSON('[\"pushed\"]'), 'push')", False),
        ("contains(vegetables, 'beet')", False),
        ("contains('text', fruits)", False),
        ("startsWith('Hello world', 'he')", True),
        ("STARTSWITH('Hello', 'x')", False),
        ("startsWith(fruits, '')", False),
        ("endsWith('Hello world', 'LD')", True),
        ("format('Hello {0} {1} {0}', 'a', 1)", "Hello a 1 a"),
        ("format('{{0}} {{{0}}}', true)", "{0} {true}"),
        ("format('{0}', null)", ""),
        ("format('{0} {1}', fruits, github)", "Array Object"),
        ("join(fromJSON('[1, null, true, \"x\"]'))", "1,,true,x"),
        ("join(fromJSON('[1, 2]'), '')", "12"),
        ("join('alone', '-')", "alone"),
        ("join(github)", ""),
        ("toJSON('a\"b')", '"a\\"b"'),
        ("toJSON(1.0)", "1"),
        ("toJSON(NaN)", "null"),
        ("toJSON(fromJSON('{\"a\":[1,{}]}'))", '{\n  "a": [\n    1,\n    {}\n  ]\n}'),
        ("fromJSON('true')", True),
        ("fromJSON('{\"a\": 1}').A", 1),
        ("case(false, 'a', true, 'b', 'c')", "b"),
        ("case(1 == 2, 'a', 'otherwise')", "otherwise"),
    ],
)
def test_functions(source: str, value: Value) -> None:
    assert value_of(source) == value


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("1.0", "1"),
        ("-0", "0"),
        ("0.1", "0.1"),
        ("123456.789", "123456.789"),
        ("0.84551240822557006", "0.84551240822557"),
        ("1e20", "1E+20"),
        ("NaN", "NaN"),
        ("-Infinity", "-Infinity"),
    ],
)
def test_a_number_becomes_text_of_at_most_15_digits(number: str, text: str) -> None:
    assert value_of(f"format('{{0}}', {number})") == text


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("github.b@d", "Unexpected symbol: 'b@d'. Located at position 8 within expression: github.b@d"),
        ('"double"', "Unexpected symbol: '\"double\"'. Located at position 1"),
        ("'open", "Unexpected symbol: ''open'. Located at position 1"),
        ("1x", "Unexpected symbol: '1x'. Located at position 1"),
        ("1 = 1", "Unexpected symbol: '= 1'. Located at position 3"),
        ("github.1", "Unexpected symbol: '1'. Located at position 8"),
        ("github github", "Unexpected symbol: 'github'. Located at position 8"),
        ("'a'[0]", "Unexpected symbol: '['. Located at position 4"),
        ("(true", "Unexpected end of expression: ''. Located at position 6"),
        ("", "Unexpected end of expression: ''. Located at position 1"),
        ("true &&", "Unexpected end of expression"),
        ("secret.x", "Unrecognized named-value: 'secret'. Located at position 1"),
        ("TRUE", "Unrecognized named-value: 'TRUE'"),
        ("true && steps.a", "Unrecognized named-value: 'steps'. Located at position 9"),
        ("toJson()", "Too few parameters supplied: 'toJson'"),
        ("contains('a', 'b', 'c')", "Too many parameters supplied: 'contains'"),
        ("success('job')", "Too many parameters supplied: 'success'"),
        ("hashFiles()", "Too few parameters supplied: 'hashFiles'"),
        ("case(true, 1, false, 2)", "Even number of parameters supplied"),
        ("lower('A')", "Unrecognized function: 'lower'. Located at position 1"),
        ("!" * 51 + "true", "Exceeded max expression depth 50"),
        ("'" + "a" * 21_000 + "'", "longer than 21000 characters"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_position(source: str, message: str) -> None:
    with pytest.raises(ExpressionError) as refusal:
        parse_expression(source, SCOPE)

    assert message in str(refusal.value)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("format('{1}', 'a')", "references more arguments than were supplied: {1}"),
        ("format('{', 'a')", "format string is invalid: {"),
        ("format('}', 'a')", "format string is invalid: }"),
        ("format('{x}', 'a')", "format string is invalid: {x}"),
        ("fromJSON('')", "Error parsing JSON"),
        ("fromJSON('NaN')", "Error parsing JSON"),
        ("fromJSON('{''a'': 1}')", "Error parsing JSON"),
        ("case(1, 'a', 'b')", "must evaluate to a boolean value"),
    ],
)
def test_what_cannot_be_evaluated_names_the_expression(source: str, message: str) -> None:
    expression = parse_expression(source, SCOPE)

    with pytest.raises(ExpressionError) as refusal:
        expression.evaluate(CONTEXTS)

    assert message in str(refusal.value)
    assert f"(in the expression: {source})" in str(refusal.value)


def test_status_functions_are_unknown_where_there_is_no_status() -> None:
    with pytest.raises(ExpressionError, match="Unrecognized function: 'always'"):
        parse_expression("always()", Scope(frozenset()))


def test_what_decided_already_keeps_the_rest_from_being_evaluated() -> None:
    assert value_of("true || fromJSON('')") is True
    assert value_of("false && fromJSON('')") is False


@pytest.mark.parametrize(
    ("source", "asks"),
    [
        ("failure()", True),
        ("!CANCELLED()", True),
        ("contains(format('{0}', always()), 'x')", True),
        ("github[toJSON(success())]", True),
        ("'failure()' == github.ref", False),
        ("github.success", False),
    ],
)
def test_a_status_function_is_found_by_its_call_and_not_by_its_name(source: str, asks: bool) -> None:
    assert parse_expression(source, SCOPE).asks_for_status is asks
