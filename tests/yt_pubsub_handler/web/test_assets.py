"""What does not change is fetched once; what changes has another address."""

from __future__ import annotations

import json
from fnmatch import fnmatch
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from yt_pubsub_handler.web.assets import FOLDER, address_of


def address(app: Flask, name: str) -> str:
    with app.test_request_context("/"):
        return address_of(name)


@pytest.mark.parametrize(
    ("name", "kind"), [("style.css", "text/css; charset=utf-8"), ("icon.svg", "image/svg+xml; charset=utf-8")]
)
def test_a_file_may_be_kept_for_a_year(name: str, kind: str, app: Flask, client: FlaskClient) -> None:
    answer = client.get(address(app, name))

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, kind)
    assert answer.data == (FOLDER / name).read_bytes()
    assert set(answer.headers["Cache-Control"].split(", ")) == {"public", "max-age=31536000", "immutable"}


def test_the_address_of_another_release_gets_ours_and_is_not_kept(client: FlaskClient) -> None:
    """A page that was loaded before traffic moved may ask after it."""
    answer = client.get("/assets/style.0123456789ab.css")

    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache")


@pytest.mark.parametrize(
    "path",
    [
        "style.css", "other.0123456789ab.css", "style.0123456789ab.py", "..%2f__init__.0123456789ab.py",
        "../style.0123456789ab.css", "style.0123456789ab.css%00", "",
    ],
)  # fmt: skip
def test_nothing_else_is_served(path: str, client: FlaskClient) -> None:
    assert client.get(f"/assets/{path}").status_code in {404, 308}


def test_an_address_begins_with_the_stage(app: Flask) -> None:
    with app.test_request_context("/", environ_overrides={"SCRIPT_NAME": "/production"}):
        assert address_of("style.css").startswith("/production/assets/style.")


def test_a_first_visit_is_small(app: Flask, client: FlaskClient) -> None:
    """All that a browser fetches for the start page; phones pay for it."""
    files = [client.get(address(app, file.name)).data for file in FOLDER.iterdir()]

    assert len(client.get("/").data) + sum(map(len, files)) < 50_000


def test_the_sheet_fetches_nothing() -> None:
    sheet = (FOLDER / "style.css").read_text()

    assert "url(" not in sheet
    assert "@import" not in sheet


def test_what_pages_are_made_of_is_in_the_package() -> None:
    """Zappa leaves out what these patterns match, and says nothing."""
    stage = json.loads(Path("zappa_settings.json").read_text())["production"]
    left_out = [*stage["exclude"], *stage["exclude_glob"]]
    files = [file for folder in (FOLDER, FOLDER.with_name("templates")) for file in folder.iterdir()]
    paths = [file.relative_to(Path.cwd()) for file in files]

    assert len(paths) > 10
    matched = [(path, form) for path in paths for part in path.parts for form in left_out if fnmatch(part, form)]
    assert matched == []
