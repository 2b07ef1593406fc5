"""
Who may import whom: the arrows that keep the app shippable without its tools, and revisions true for ever.

A revision that imported the models would change its meaning with every later commit; an app that imported the
pipeline would need it on Lambda.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

OURS = {"run", "yt_pubsub_handler", "migrations", "pipeline", "scripts", "tests"}

# What a part may import of ours, beside itself; the first pattern that fits a file counts.
ARROWS = [
    ("run.py", {"yt_pubsub_handler"}),
    ("migrations/env.py", {"yt_pubsub_handler"}),
    ("migrations/versions/*.py", set[str]()),
    ("yt_pubsub_handler/**/*.py", {"yt_pubsub_handler"}),
    ("scripts/pipeline/delivery/**/*.py", {"pipeline.delivery", "pipeline.environment", "pipeline.errors"}),
    ("scripts/pipeline/workflows/**/*.py", {"pipeline.workflows", "pipeline.errors"}),
    ("scripts/pipeline/review/**/*.py", {"pipeline"}),
    ("scripts/pipeline/**/*.py", {"pipeline"}),
    ("scripts/*.py", {"pipeline"}),
]

# Inside the app: a page or the hub's protocol knows the use case, which knows places to post by interface only.
APP_ARROWS = {
    "yt_pubsub_handler.destinations": {"yt_pubsub_handler.web", "yt_pubsub_handler.websub", "yt_pubsub_handler.relay"},
    "yt_pubsub_handler.relay": {"yt_pubsub_handler.web", "yt_pubsub_handler.websub"},
    "yt_pubsub_handler.websub": {"yt_pubsub_handler.web"},
}

ALLOWED_IN_REVISIONS = {"__future__", "alembic", "alembic_utils", "sqlalchemy", "collections", "typing"}


def imported(path: Path) -> Iterator[str]:
    """Every module that a file names in an import, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import hides where it leads"
            yield node.module or ""


def within(module: str, packages: set[str]) -> bool:
    return any(module == package or module.startswith(package + ".") for package in packages)


def files() -> list[Path]:
    return sorted({path for pattern, _ in ARROWS for path in Path().glob(pattern)})


@pytest.mark.parametrize("path", files(), ids=str)
def test_a_file_imports_only_what_its_part_may(path: Path) -> None:
    allowed = next(names for pattern, names in ARROWS if path in set(Path().glob(pattern)))

    ours = {module for module in imported(path) if within(module, OURS)}

    assert {module for module in ours if not within(module, allowed)} == set()


@pytest.mark.parametrize("path", sorted(Path("migrations/versions").glob("*.py")), ids=lambda path: path.name)
def test_a_revision_imports_alembic_and_sqlalchemy_alone(path: Path) -> None:
    assert {module.split(".")[0] for module in imported(path)} <= ALLOWED_IN_REVISIONS


@pytest.mark.parametrize("path", sorted(Path("yt_pubsub_handler").glob("**/*.py")), ids=str)
def test_inside_the_app_nothing_points_back(path: Path) -> None:
    module = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
    forbidden = {name for part, names in APP_ARROWS.items() if within(module, {part}) for name in names}

    assert {name for name in imported(path) if within(name, forbidden)} == set()


def test_the_arrows_are_looked_at_in_every_file_of_ours() -> None:
    all_of_ours = {
        path
        for path in Path().glob("**/*.py")
        if path.parts[0] in {"run.py", "yt_pubsub_handler", "migrations", "scripts"}
    }

    assert all_of_ours - set(files()) == set()
