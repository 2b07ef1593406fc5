"""
A revision that wants the memory or the time of a whole machine is read in a moment, and what follows is read too.

Where it cannot be, the file is told as not analysed.
"""

from __future__ import annotations

import resource
import textwrap
import time
from collections.abc import Callable

import pytest

from pipeline.review.finding import Direction
from pipeline.review.reading import limits
from pipeline.review.reading.script import Script
from pipeline.review.revision import Revision

Read = Callable[..., Revision]
IMPORTS = (
    "import base64, collections, decimal, functools, hashlib, itertools, json, math, operator, re, textwrap\n"
    "from concurrent.futures import ThreadPoolExecutor\nimport threading\nfrom elsewhere import told\n"
)
GROWS = {
    "plus": ("'a'", "x = x + x"), "list": ("[1]", "x = x + x"), "f-string": ("'a'", "x = f'{x}{x}'"),
    "join": ("'a'", "x = ''.join([x, x])"), "replace": ("'a'", "x = x.replace('a', 'aa')"),
    "extend": ("[1]", "x.extend(x)"), "format": ("1", "'{:>999999999}'.format(x)"),
    "percent": ("1", "'%999999999d' % x"), "width": ("1", "f'{x:>999999999}'"), "zfill": ("'a'", "x.zfill(9**9)"),
    "square": ("10", "x = x * x"), "power": ("10", "x = x ** 10"), "shift": ("1", "x = x << 1000"),
    "pair of itself": ("('a',)", "x = (x, x)"), "list of itself": ("[1]", "x = [x, x]"),
    "appended twice": ("[1]", "y = []; y.append(x); y.append(x); x = y"), "item": ("[1]", "x = [0, 0]; x[0] = x"),
}  # fmt: skip
WANTS_TOO_MUCH = {
    "a wide text": "'1'.ljust(10**10)",
    "a wide text, unbound": "str.zfill('1', 10**10)",
    "tabs": "'\\t'.expandtabs(10**9)",
    "a factorial": "math.factorial(10**7)",
    "combinations of numbers": "math.comb(10**6, 5 * 10**5)",
    "a long list": "list(range(10**9))",
    "a sum": "sum(range(10**9))",
    "a search": "1.5 in range(10**9)",
    "many texts": "''.join(map(str, range(10**9)))",
    "an inner range": "list(map(list, [range(10**9)]))",
    "a chain": "list(itertools.chain.from_iterable([range(99999)] * 9999))",
    "a count": "sum(itertools.count())",
    "a cycle": "max(itertools.cycle([1]))",
    "a filter": "next(filter(None, itertools.repeat(0)))",
    "a sentinel": "list(iter(int, 1))",
    "a product": "list(itertools.product('abcdefghij', repeat=9))",
    "a product of many": "itertools.product('ab', repeat=10**9)",
    "orders": "sorted(itertools.permutations('abcdefghijkl'))",
    "accumulated": "list(itertools.accumulate(['a' * 1000] * 9000))",
    "repeated": "list(itertools.repeat('a', 10**9))",
    "a tee": "list(itertools.tee(itertools.count())[0])",
    "a slice": "list(itertools.islice(itertools.count(), 10**9))",
    "reduced": "functools.reduce(lambda a, b: a + a, range(60), 'a')",
    "multiplied": "operator.mul('a', 10**10)",
    "reduced numbers": "functools.reduce(operator.mul, [10**1000] * 20000)",
    "pow": "pow(10, 10**10)",
    "partial": "functools.partial(operator.mul, 'a' * 1000)(10**9)",
    "mapped": "list(map(pow, [10], [10**10]))",
    "mapped widths": "list(map(str.zfill, ['1'], [10**10]))",
    "bytes": "bytes(10**10)",
    "to bytes": "(1).to_bytes(10**10)",
    "a power of a power": "'a' * 10 ** 10 ** 10",
    "decimals": "f\"{decimal.Decimal('1e999999999'):f}\"",
    "a nested width": "'{:{w}}'.format(1, w=10**10)",
    "a starred width": "'%*d' % (10**9, 1)",
    "format": "format(1, '9' * 9)",
    "lists of lists": "sum([[0] * 90000] * 90000, [])",
    "joined": "('a' * 90000).join(['b'] * 90000)",
    "replaced": "('a' * 90000).replace('', 'b' * 90000)",
    "translated": "('a' * 90000).translate({97: 'b' * 90000})",
    "substituted": "re.sub('a', 'b' * 90000, 'a' * 90000)",
    "indented": "textwrap.indent('a\\n' * 40000, 'b' * 90000)",
    "indented JSON": "json.dumps([1], indent=10**9)",
    "deep JSON": "json.loads('[' * 50000)",
    "hashed": "hashlib.pbkdf2_hmac('sha256', b'a', b'b', 10**9)",
    "keys": "dict.fromkeys(itertools.count())",
    "sorted by regex": "sorted(['a' * 9] * 99999, key=lambda v: re.sub('a', 'b', v))",
    "unpacked": "max(*range(10**9))",
    "sorted unknowns": "sorted([told, told])",
    "the text of a number": "str(10**1000 * 10**1000 * 10**1000 * 10**1000 * 10)",
}
FUNCTIONS = {
    "mutual": "def f(n): return g(n)\ndef g(n): return f(n)\nf(1)",
    "lambdas": "f = lambda n: g(n)\ng = lambda n: f(n)\nf(1)",
    "yielding itself": "def f(n):\n    yield from f(n)\nfor x in f(1):\n    pass",
    "yielding for ever": "def f():\n    while True:\n        yield 1\nfor x in f():\n    y = x",
    "yielding what it counts": "def f():\n    for n in itertools.count():\n        yield n\nfor x in f():\n    y = x",
    "as often as the database says": "def f(n):\n    if told:\n        f(n)\n    else:\n        f(n)\n    f(n)\nf(1)",
    "holding itself": "x = []\nx.append(x)\ny = f'{x}'\nz = x == [x]\njson.dumps(x)\nsa.text(x)",
}
ENDED = {
    "backtracking": "re.sub('(a+)+$', '', 'a' * 40 + 'b')",
    "an expression that doubles": "x = sa.column('a')\nfor i in range(40):\n    x = x + x\nop.execute(sa.select(x))",
    "many texts": "x = []\nfor i in range(400):\n    for j in range(200):\n        x.append(f'{i}{j}' + 'a' * 90000)",
    "calls that double": "def f(n):\n    f(n + 1); f(n + 2)\nf(1)",
    "loops in loops": "for a in range(499):\n    for b in range(499):\n        for c in range(499):\n            x = a",
}


def upgrade(read: Read, body: str) -> Script:
    """Read `body`, and see that it took neither long nor much memory."""
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    script = read(f"{IMPORTS}{textwrap.dedent(body)}\nop.drop_table('videos')").scripts[Direction.UPGRADE]
    assert time.process_time() - began < 3 * limits.SECONDS  # Both directions, and Python's own parser.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 600_000
    return script


def is_read_to_its_end(script: Script) -> bool:
    return [one.sql for one in script.statements][-1:] == ["DROP TABLE videos"]


@pytest.mark.timeout(20)
@pytest.mark.parametrize(("start", "step"), GROWS.values(), ids=GROWS)
def test_what_grows_without_bound_is_left(read: Read, start: str, step: str) -> None:
    assert is_read_to_its_end(upgrade(read, f"x = {start}\nfor _ in range(60):\n    {step}"))


@pytest.mark.timeout(20)
@pytest.mark.parametrize("expression", WANTS_TOO_MUCH.values(), ids=WANTS_TOO_MUCH)
def test_what_wants_too_much_at_once_is_left(read: Read, expression: str) -> None:
    assert is_read_to_its_end(upgrade(read, f"x = {expression}"))


@pytest.mark.timeout(20)
@pytest.mark.parametrize("body", FUNCTIONS.values(), ids=FUNCTIONS)
def test_what_goes_in_circles_is_left(read: Read, body: str) -> None:
    assert is_read_to_its_end(upgrade(read, body))


@pytest.mark.timeout(20)
@pytest.mark.parametrize("body", ENDED.values(), ids=ENDED)
def test_what_cannot_be_left_out_ends_the_reading_and_that_is_said(read: Read, body: str) -> None:
    said = [one.why for one in upgrade(read, body).not_analysed]

    assert [why for why in said if why.endswith("what comes after this was not read")]


@pytest.mark.parametrize(
    "body",
    [
        "threading.Thread(target=f).start()",
        "threading.Thread(target=op.drop_table, args=('t',)).start()",
        "with ThreadPoolExecutor() as pool:\n    pool.submit(f)",
    ],
)
def test_what_a_thread_calls_is_said_to_be_unread(read: Read, body: str) -> None:
    script = upgrade(read, f"def f():\n    op.drop_table('posts')\n{body}")

    assert any(one.why.endswith("when it calls it is not read") for one in script.not_analysed)


def test_what_revisions_do_is_no_great_amount(read: Read) -> None:
    """Numbers of six digits in SQL with a percent sign, a counter, pairs, a format with a width: all known."""
    script = upgrade(
        read,
        """
        n = itertools.count(1)
        for table, number in zip(["a", "b"], itertools.count(100000)):
            op.execute("UPDATE %s SET x = 100000 WHERE y = %d" % (table, number))
            op.execute("UPDATE {} SET x = 200000 WHERE y = {:>3}".format(table, next(n) + 2000000))
        for table, column in itertools.product(["a", "b"], ["x", "y"]):
            op.drop_column(table, column)
        """,
    )

    assert [one.sql for one in script.statements][:-1] == [
        "UPDATE a SET x = 100000 WHERE y = 100000",
        "UPDATE a SET x = 200000 WHERE y = 2000001",
        "UPDATE b SET x = 100000 WHERE y = 100001",
        "UPDATE b SET x = 200000 WHERE y = 2000002",
        "ALTER TABLE a DROP COLUMN x",
        "ALTER TABLE a DROP COLUMN y",
        "ALTER TABLE b DROP COLUMN x",
        "ALTER TABLE b DROP COLUMN y",
    ]
    assert script.not_analysed == []
