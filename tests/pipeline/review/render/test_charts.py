"""The picture of a revision's locks, looked at as its reader would: by what is drawn where, and what it is called."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pipeline.errors import CouldNotAnswer
from pipeline.review.render import charts
from tests.pipeline.review.render import lived
from tests.pipeline.review.render.conftest import report

SVG = "{http://www.w3.org/2000/svg}"
ELEMENTS = {
    "svg", "title", "desc", "style", "defs", "pattern", "clipPath", "rect", "line", "circle", "text", "path",
}  # fmt: skip


def drawn(revision: lived.Told, live: lived.Told | None = None) -> ElementTree.Element:
    picture = charts.draw(live or lived.live(revision), revision)
    return ElementTree.fromstring(picture)  # noqa: S314 - It is ours, and its entities are what is tested.


def bars(picture: ElementTree.Element) -> dict[str, ElementTree.Element]:
    """The bars by what they are called, of the upgrade where both directions have one."""
    found = [(one.findtext(f"{SVG}title", ""), one) for one in picture.iter(f"{SVG}rect")]
    return {told: one for told, one in reversed(found) if told}


def texts(picture: ElementTree.Element) -> list[str]:
    return [one.text or "" for one in picture.iter(f"{SVG}text")]


def test_a_lock_is_a_bar_as_long_as_it_was_held() -> None:
    picture = drawn(lived.revision(upgrade=lived.passage(
        seconds=2.0, locks=[lived.held(0.0, 2.0), lived.held(0.5, 1.0, "users", "SHARE")]
    )))  # fmt: skip

    whole = bars(picture)["ACCESS EXCLUSIVE on orders for 2.0 s: blocks reads and writes"]
    part = bars(picture)["SHARE on users for 500 ms: blocks writes"]
    assert float(part.attrib["width"]) == pytest.approx(float(whole.attrib["width"]) / 4, abs=0.1)
    assert float(part.attrib["x"]) == pytest.approx(
        float(whole.attrib["x"]) + float(whole.attrib["width"]) / 4, abs=0.1
    )


def test_what_a_lock_blocks_is_a_colour_and_a_pattern_and_a_word() -> None:
    picture = drawn(lived.ORDERS)

    styles = {told.rpartition(": ")[2]: one.attrib["class"] for told, one in bars(picture).items() if ": " in told}
    assert styles == {"blocks reads and writes": "both", "blocks writes": "writes", "blocks nobody": "nobody"}
    css = picture.findtext(f"{SVG}style", "")
    assert all(f".{style} {{ fill: url(#{style})" in css for style in styles.values())
    assert {one.attrib["id"] for one in picture.iter(f"{SVG}pattern")} == set(styles.values())
    assert {"blocks reads and writes", "blocks writes", "blocks nobody"} <= set(texts(picture))


def test_a_wait_is_hollow_and_as_long_as_it_was() -> None:
    found = bars(drawn(lived.ORDERS))

    lock = found["ACCESS EXCLUSIVE on orders for 1.9 s: blocks reads and writes"]
    wait = found["reads of orders waited 1.8 s at worst"]
    assert wait.attrib["class"] == "waited"
    assert wait.attrib["x"] == lock.attrib["x"]
    assert float(wait.attrib["width"]) == pytest.approx(float(lock.attrib["width"]) * 1.8 / 1.9, abs=0.2)
    assert "writes of users waited 390 ms at worst" in found
    assert not any("reads of users" in told for told in found)


def test_statements_have_their_lines_and_commits_their_moments() -> None:
    picture = drawn(lived.ORDERS)

    assert {"line 9", "line 10", "line 14", "line 19"} <= set(texts(picture))
    assert sum(one.findtext(f"{SVG}title", "").startswith("commit at") for one in picture.iter(f"{SVG}path")) == 2


def test_both_directions_have_an_axis_of_their_own_one_above_the_other() -> None:
    told = texts(drawn(lived.ORDERS))

    up, down = told.index("Upgrade, 1.9 s, 3 statements"), told.index("Downgrade, 13 ms, 1 statement")
    assert told[up + 1 : up + 5] == ["0 s", "0.5 s", "1 s", "1.5 s"]
    assert told[down + 1 : down + 3] == ["0 ms", "2 ms"]


def test_it_is_told_aloud() -> None:
    picture = drawn(lived.ORDERS)

    assert picture.attrib["role"] == "img"
    assert picture.attrib["aria-labelledby"].split() == [
        picture.find(f"{SVG}title").attrib["id"], picture.find(f"{SVG}desc").attrib["id"],  # type: ignore[union-attr]  # None fails too.
    ]  # fmt: skip
    assert picture.findtext(f"{SVG}title") == "Revision 0007: unsafe"
    aloud = picture.findtext(f"{SVG}desc", "")
    assert "Reversible: no: 1 difference remains." in aloud
    assert (
        "The upgrade took 1.9 s: ACCESS EXCLUSIVE on orders for 1.9 s, which blocks reads and writes; "
        "SHARE on users for 404 ms, which blocks writes; "
    ) in aloud
    assert "reads of orders waited 1.8 s; writes of orders waited 1.8 s." in aloud


def test_it_is_read_in_light_and_dark_and_needs_nothing_else() -> None:
    picture = charts.draw(lived.live(lived.ORDERS), lived.ORDERS)

    assert "@media (prefers-color-scheme: dark)" in picture
    css = picture[picture.index("<style>") : picture.index("</style>")]
    light, _, dark = css.partition("@media")
    assert (
        set(re.findall(r"(--\w+):", light))
        == set(re.findall(r"(--\w+):", dark))
        >= set(re.findall(r"var\((--\w+)", css))
    )
    assert re.findall(r"https?://[^\"]+", picture) == ["http://www.w3.org/2000/svg"]
    assert set(re.findall(r"url\(([^)]+)\)", picture)) <= {"#both", "#writes", "#nobody", "#left"}


def test_nothing_of_a_revision_is_markup() -> None:
    live = lived.hostile()

    picture = drawn(live["revisions"][0], live)

    assert {one.tag.removeprefix(SVG) for one in picture.iter()} == ELEMENTS
    assert any("<script>alert(1)</script>" in told for told in texts(picture))
    assert {name for one in picture.iter() for name in one.attrib if name.startswith("on")} == set()
    assert not {"\x1b", "\u202e", "\0", "\ufffe"} & set("".join(picture.itertext()))


@pytest.mark.parametrize("revision", [lived.FAILED, lived.NOTHING, lived.CALM, lived.hostile("")["revisions"][0]])
def test_every_outcome_is_a_picture(revision: lived.Told) -> None:
    assert drawn(revision).tag == f"{SVG}svg"


def test_what_failed_and_what_locked_nothing_say_so() -> None:
    told = texts(drawn(lived.FAILED))

    assert 'failed: column "total" of relation "orders" contains null values' in told
    assert "nothing that was there before was locked" in told
    assert not any(one.startswith("Downgrade") for one in told)


def test_three_hundred_locks_are_a_page_and_a_word_about_the_rest() -> None:
    revision = lived.huge()

    picture = drawn(revision)

    assert float(picture.attrib["height"]) < 2_500
    assert texts(picture).count("and 284 more that block less or shorter") == 2
    assert len(list(picture.iter())) < 1_500


def test_everything_is_within_the_picture() -> None:
    for revision in (lived.ORDERS, lived.huge(), lived.NOTHING, lived.hostile()["revisions"][0]):
        picture = drawn(revision)
        height = float(picture.attrib["height"])
        for one in picture.iter(f"{SVG}rect"):
            if "class" in one.attrib and "x" in one.attrib:
                assert 0 <= float(one.attrib["x"]) <= float(one.attrib["x"]) + float(one.attrib["width"]) <= 890
                assert float(one.attrib["y"]) + float(one.attrib["height"]) <= height
        assert all(float(one.attrib["y"]) <= height for one in picture.iter(f"{SVG}text"))


def test_each_revision_that_was_run_is_a_file_by_its_id(here: Path) -> None:
    charts.write(report(live=lived.live(lived.ORDERS, lived.CALM)), here / "new" / "charts")

    assert sorted(file.name for file in (here / "new" / "charts").iterdir()) == ["0007.svg", "0008.svg"]
    assert (here / "new" / "charts" / "0008.svg").read_text(encoding="utf-8").startswith("<svg ")


def test_without_running_the_folder_is_there_and_empty(here: Path) -> None:
    """Whoever keeps the folder (a workflow) finds it, whatever was to be run."""
    charts.write(report(), here / "charts")

    assert list((here / "charts").iterdir()) == []


@pytest.mark.parametrize("odd", ["../../etc/passwd", "", "..", "a/b", "CON\n", "x" * 300, "é", "\ud800", "A", "a b"])
def test_no_id_leads_out_of_the_folder_or_to_the_file_of_another(odd: str) -> None:
    name = charts.file_name(odd)

    assert re.fullmatch(r"[a-z0-9_-]{1,80}\.svg", name)
    assert name != charts.file_name(odd.lower() + "a")
    assert name not in {charts.file_name("a"), charts.file_name("a-b"), charts.file_name("etc-passwd")}


def test_a_folder_that_cannot_be_written_says_what_to_do(here: Path) -> None:
    (here / "taken").write_text("")

    with pytest.raises(CouldNotAnswer, match=r"charts cannot be written to .*taken \(File exists\): name a folder"):
        charts.write(report(live=lived.live(lived.ORDERS)), here / "taken")
