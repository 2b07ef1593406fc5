"""What is uploaded is listed, because whatever is in the package is on a machine with the database's password."""

import json
import os
import subprocess
import zipfile
from pathlib import Path

import pytest

from pipeline.delivery import upload_record
from pipeline.delivery.package import prepare_package, zappa, zappa_environment
from pipeline.delivery.release import Release
from pipeline.delivery.upload_record import Upload
from pipeline.environment import locked_environment
from pipeline.errors import CouldNotAnswer
from tests.pipeline.delivery.conftest import sha256

OF_AN_EARLIER_UPDATE = '{"commit": "left-by-a-developer", "code_sha256": ""}'
LEFT_BY_A_DEVELOPER = {
    ".env": "SECRET_KEY=left-by-a-developer",
    "build/notes.txt": "left-by-a-developer",
    "build/upload.json": OF_AN_EARLIER_UPDATE,
    "tests/dump.sql": "left-by-a-developer",
}


def zappa_package(checkout: Path, environment: Path, output: Path) -> subprocess.CompletedProcess[str]:
    nowhere = {"AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none", "AWS_EC2_METADATA_DISABLED": "true"}
    return subprocess.run(
        zappa("package", "production", "--output", str(output)),
        cwd=checkout, env={**zappa_environment(environment), **nowhere}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> tuple[zipfile.ZipFile, Release]:
    """The zip that the real Zappa makes of a checkout, in which a developer left things."""
    checkout = tmp_path_factory.mktemp("package") / "checkout"
    subprocess.run(["git", "clone", "--quiet", "--shared", ".", str(checkout)], check=True)
    for path, text in LEFT_BY_A_DEVELOPER.items():
        (checkout / path).parent.mkdir(exist_ok=True)
        (checkout / path).write_text(text)
    release, environment = prepare_package(checkout)
    assert upload_record.read(checkout) is None
    output = checkout.parent / "package.zip"
    done = zappa_package(checkout, environment, output)
    assert done.returncode == 0, done.stdout + done.stderr
    return zipfile.ZipFile(output), release


def test_the_package_holds_the_app_and_what_it_needs(packaged: tuple[zipfile.ZipFile, Release]) -> None:
    archive, _ = packaged
    tops = {name.split("/")[0] for name in archive.namelist()}
    packages = {
        top.partition(".cpython-")[0] for top in tops if not top.endswith((".dist-info", ".libs", ".pth", ".egg-info"))
    }

    assert packages == {
        # ours
        "run.py", "yt_pubsub_handler", "migrations",
        # Zappa's: the handler, its settings, what it says of the build
        "handler.py", "zappa_settings.py", "package_info.json", "__init__.py", "zappa",
        # what the app imports
        "alembic", "alembic_utils", "authlib", "cryptography", "defusedxml", "flask", "flask_migrate",
        "flask_sqlalchemy", "flask_wtf", "praw", "psycopg", "psycopg_binary", "requests", "sqlalchemy",
        # and what those import
        "__pycache__", "blinker", "certifi", "charset_normalizer", "click", "dateutil", "durationpy", "flupy", "hjson",
        "_cffi_backend", "cffi", "idna", "itsdangerous", "jinja2", "jmespath", "joserfc", "mako", "markupsafe",
        "packaging", "parse", "prawcore", "pycparser", "slugify", "six.py", "text_unidecode", "toml",
        "typing_extensions.py", "update_checker", "urllib3", "websocket", "werkzeug", "wtforms", "yaml", "_yaml",
    }  # fmt: skip


def test_rule_9_nothing_a_developer_left_is_in_the_package(packaged: tuple[zipfile.ZipFile, Release]) -> None:
    archive, _ = packaged

    assert [name for name in archive.namelist() if b"left-by-a-developer" in archive.read(name)] == []


def test_it_says_which_release_it_is(packaged: tuple[zipfile.ZipFile, Release]) -> None:
    archive, release = packaged

    told = json.loads(archive.read("yt_pubsub_handler/release.json"))

    assert (told["commit"], told["head"]) == (release.commit, release.schema)
    assert told["built_at"].endswith("+00:00")


def test_zappa_records_the_package_that_it_made(packaged: tuple[zipfile.ZipFile, Release]) -> None:
    """It calls us where it deploys and updates, too, after the last change to the zip and before the upload."""
    archive, release = packaged
    package = Path(str(archive.filename))

    assert upload_record.read(package.parent / "checkout") == Upload(release.commit, sha256(package.read_bytes()))


def test_a_package_that_nobody_prepared_is_not_recorded_and_ends_zappa(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    subprocess.run(["git", "clone", "--quiet", "--shared", ".", str(checkout)], check=True)
    environment = locked_environment("package", Path("requirements/app.txt"))

    done = zappa_package(checkout, environment, tmp_path / "package.zip")

    assert done.returncode == 3, done.stdout + done.stderr
    assert "error: The package lacks yt_pubsub_handler/release.json" in done.stderr
    assert upload_record.read(checkout) is None


@pytest.mark.parametrize("stage", json.loads(Path("zappa_settings.json").read_text()))
def test_every_stage_has_its_packages_recorded(stage: str) -> None:
    stages = json.loads(Path("zappa_settings.json").read_text())
    base = stages[stage].get("extends", stage)

    assert {**stages[base], **stages[stage]}["callbacks"] == {"zip": upload_record.CALLBACK}


def test_every_module_of_ours_has_bytecode_that_is_never_checked(packaged: tuple[zipfile.ZipFile, Release]) -> None:
    archive, _ = packaged
    names = set(archive.namelist())
    modules = [Path(name) for name in names if name.startswith("yt_pubsub_handler/") and name.endswith(".py")]
    modules = [module for module in modules if module.parent.name != "__pycache__"]  # Zappa makes those packages too.

    assert modules
    for module in modules:
        compiled = [n for n in names if n.startswith(f"{module.parent}/__pycache__/{module.stem}.cpython-")]
        assert len(compiled) == 1, module
        # PEP 552: bit 0 says "by hash", bit 1 "check it"; a checked one would be compiled at every cold start.
        assert archive.read(compiled[0])[4:8] == b"\x01\x00\x00\x00"


def test_it_fits_into_lambda(packaged: tuple[zipfile.ZipFile, Release]) -> None:
    """AWS: 50 MB zipped for a direct upload, 250 MB unzipped."""
    archive, _ = packaged
    assert archive.filename

    assert os.path.getsize(archive.filename) < 50e6  # noqa: PTH202 - the archive knows its name as a string.
    assert sum(entry.file_size for entry in archive.infolist()) < 250e6


def test_a_folder_that_is_no_checkout_of_ours_is_not_packaged(tmp_path: Path) -> None:
    subprocess.run(["git", "clone", "--quiet", "--shared", ".", str(tmp_path / "clone")], check=True)
    (tmp_path / "clone" / "run.py").unlink()

    with pytest.raises(CouldNotAnswer, match=r"run\.py is missing"):
        prepare_package(tmp_path / "clone")
