"""
What running shows, made by hand in the form of review/proving/summary.py: as it usually is, huge, and hostile.

`ORDERS` is the revision that the owner's sentence is about: an ACCESS EXCLUSIVE lock on orders for 1.9 s.
"""

from __future__ import annotations

from typing import Any

from tests.pipeline.review.render.conftest import ODD

Told = dict[str, Any]
HOSTILE = f"{ODD} </details></svg><!-- \n```\n| x | ]]> &amp; \ufffe \ud800 ##[error]x\n::error::y\n\x00\x07 https://x.example"


def lock(relation: str = "orders", mode: str = "ACCESS EXCLUSIVE", **more: Any) -> Told:
    strong = {"ACCESS EXCLUSIVE": "reads and writes", "SHARE": "writes", "SHARE ROW EXCLUSIVE": "writes"}
    told = {"from": 0.004, "until": 1.904, "blocks": strong.get(mode, "nobody"), "rows": 100_000, "stalled": 1.8}
    return {"relation": relation, "mode": mode, **told, **more}


def held(since: float, until: float, relation: str = "orders", mode: str = "ACCESS EXCLUSIVE") -> Told:
    return {**lock(relation, mode), "from": since, "until": until}


def statement(sql: str = "ALTER TABLE orders ALTER COLUMN total TYPE bigint", **more: Any) -> Told:
    return {
        "line": 9, "sql": sql, "transaction": 1, "autocommit": False, "at": 0.003, "seconds": 1.95, "rewritten": [],
        "scanned": [], "built": [], "said": [], **more,
    }  # fmt: skip


def passage(**more: Any) -> Told:
    return {
        "seconds": 0.012, "failed": None, "changes": [], "rows": [], "statements": [], "locks": [], "stalls": [],
        "sent": [], "commits": [], **more,
    }  # fmt: skip


def revision(name: str = "0007", **more: Any) -> Told:
    return {
        "revision": name, "file": f"{name}_widen.py", "verdict": "safe", "upgrade": passage(), "downgrade": passage(),
        "restored": True, "not_restored": [], "lost_by_the_downgrade": [], "crashes": [], "invalid_indexes": [],
        "broken": None, "untried": [], **more,
    }  # fmt: skip


def live(*revisions: Told, **more: Any) -> Told:
    return {
        "server": "PostgreSQL 18", "rows": 100_000, "seed": 1, "release": None, "notes": [],
        "revisions": list(revisions), "together": None, "drift": None, "withdrawn": [], **more,
    }  # fmt: skip


def withdrawn(**more: Any) -> Told:
    return {
        "rule": "set-not-null-scans", "revision": "0007", "direction": "upgrade", "file": "0007_widen.py", "line": 12,
        "subject": "orders.total", "message": "Every row of orders is read while nobody can read it.",
        "why": "Run on 100,000 rows of orders, it scanned nothing that others use.", **more,
    }  # fmt: skip


ORDERS = revision(
    verdict="unsafe",
    upgrade=passage(
        seconds=1.912,
        changes=["column orders.total: integer → bigint"],
        statements=[
            statement(
                rewritten=["orders"], built=["orders_pkey"], scanned=[{"relation": "orders", "rows": 100_000}],
                said=['rewriting table "orders"', 'building index "orders_pkey" on table "orders" serially'],
            ),
            statement("CREATE INDEX ix_users_email ON users (email)", line=10, at=1.96, seconds=0.21, built=["users"]),
            statement("UPDATE users SET seen = now() WHERE id = 1", line=14, at=2.2, seconds=0.002, autocommit=True),
        ],
        locks=[
            lock(),
            held(1.5, 1.904, "users", "SHARE"),
            held(1.905, 1.911, "users", "ROW EXCLUSIVE"),
            held(0.5, 1.904, "customers", "ACCESS SHARE"),
        ],
        stalls=[
            {"relation": "orders", "reads": 1.8, "writes": 1.795}, {"relation": "users", "reads": 0.0, "writes": 0.39},
        ],
        sent=[
            {"line": 9, "at": 0.003, "seconds": 1.49}, {"line": 10, "at": 1.499, "seconds": 0.4},
            {"line": 14, "at": 1.905, "seconds": 0.002},
        ],
        commits=[1.904, 1.911],
    ),
    downgrade=passage(
        seconds=0.013,
        statements=[statement("ALTER TABLE orders DROP COLUMN total", line=19, at=0.002, seconds=0.008)],
        changes=["column orders.total: bigint → (absent)"],
        locks=[held(0.003, 0.011)],
        stalls=[{"relation": "orders", "reads": 0.007, "writes": 0.0}],
        sent=[{"line": 19, "at": 0.002, "seconds": 0.008}],
        commits=[0.011],
    ),
    restored=False,
    not_restored=["column orders.total: integer → (absent)"],
    lost_by_the_downgrade=["orders.total: 98,211 values"],
    crashes=[
        {"after_commit": 1, "commits": 2, "converged": False, "failed": "relation ix_users_email exists", "differs": []}
    ],
    invalid_indexes=["ix_users_seen"],
    broken=["Order, SELECT on a kept connection: cached plan must not change result type"],
)  # fmt: skip

CALM = revision(
    "0008",
    upgrade=passage(locks=[held(0.001, 0.009, "videos")], statements=[statement()]),
    broken=[],
    crashes=[{"after_commit": 1, "commits": 2, "converged": True, "failed": None, "differs": []}],
)

FAILED = revision(
    "0009",
    verdict="unsafe",
    upgrade=passage(seconds=0.0, failed='column "total" of relation "orders" contains null values'),
    downgrade=None,
    restored=None,
    untried=["What comes after the upgrade, as that failed."],
)

NOTHING = revision("000a", upgrade=passage(seconds=0.0), downgrade=passage(seconds=0.0, locks=[]))


def huge(name: str = "00ff", locks: int = 300) -> Told:
    """Every partition of a table locked, and the SQL of a code generator."""
    said = [f"said {number}" for number in range(100)]
    many = passage(
        seconds=60.0,
        changes=[f"table part_{number}: {'x' * 5_000}" for number in range(locks)],
        statements=[statement(f"SELECT {'1,' * 5_000} 1", said=said, scanned=[]) for _ in range(locks)],
        locks=[held(number / 10, 60.0, f"part_{number}") for number in range(locks)],
        stalls=[{"relation": f"part_{number}", "reads": 5.0, "writes": 6.0} for number in range(locks)],
        sent=[{"line": number, "at": number / 10, "seconds": 0.1} for number in range(locks)],
        commits=[number / 5 for number in range(locks)],
    )
    return revision(
        name, verdict="unsafe", upgrade=many, downgrade=many, restored=False,
        not_restored=[f"table part_{number} {'y' * 5_000}" for number in range(locks)],
        lost_by_the_downgrade=[f"part_{number}: 1 row" for number in range(locks)],
        broken=["z" * 5_000] * locks, untried=["u" * 5_000] * 50,
    )  # fmt: skip


def hostile(text: str = HOSTILE) -> Told:
    """Whatever somebody else wrote is `text`."""
    said = statement(text, rewritten=[text], built=[text], scanned=[{"relation": text, "rows": 1}], said=[text], line=3)
    odd = passage(
        failed=text, changes=[text], rows=[text], statements=[said], locks=[lock(text), lock(text, "SHARE")],
        stalls=[{"relation": text, "reads": 1.0, "writes": 1.0}], sent=[{"line": 3, "at": 0.1, "seconds": 0.1}],
        commits=[0.2],
    )  # fmt: skip
    crash = {"after_commit": 1, "commits": 2, "converged": False, "failed": None, "differs": [text]}
    one = revision(
        text, file=text.replace("\0", "").replace("\ud800", ""), verdict="unsafe", upgrade=odd,
        downgrade={**odd, "failed": None}, restored=False, not_restored=[text], lost_by_the_downgrade=[text],
        crashes=[crash], invalid_indexes=[text], broken=[text], untried=[text],
    )  # fmt: skip
    together = {"seconds": 1.0, "failed": text, "downgrade_failed": text, "differs": [text]}
    refuted = withdrawn(subject=text, message=text, why=text)
    return live(one, notes=[text], release=text, together=together, drift=[text], withdrawn=[refuted])
