"""The interface that other programs read."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

from pipeline.review.finding import Direction
from pipeline.review.render import FORMATS
from tests.pipeline.review.render import lived
from tests.pipeline.review.render.conftest import FINDING, ODD, finding, not_analysed, report


def test_the_document_is_the_one_that_is_promised(here: Path) -> None:
    rendered = FORMATS["json"](
        report(
            finding(file=here / FINDING.file, evidence=("1.9 s",), waived="ours", direction=Direction.DOWNGRADE),
            not_analysed=(not_analysed(),),
            live={"held": {"videos": 1.9}},
            failures=("The phase window found no release.",),
        )
    )

    assert json.loads(rendered) == {
        "version": 1,
        "analysed": ["0007_drop_title.py"],
        "not_analysed": [{"file": "0007_drop_title.py", "line": 12, "why": "its table is not known"}],
        "findings": [
            {
                "rule": "drop-column",
                "severity": "error",
                "phase": "sql",
                "revision": "0007",
                "direction": "downgrade",
                "file": "0007_drop_title.py",
                "line": 10,
                "subject": "videos.title",
                "message": "The release serving traffic still selects videos.title.",
                "remedy": "unmap videos.title and deploy, then drop it in the next pull request.",
                "evidence": ["1.9 s"],
                "waived": "ours",
            }
        ],
        "live": {"held": {"videos": 1.9}},
        "failures": ["The phase window found no release."],
    }


def test_a_finding_about_the_history_has_neither_revision_nor_direction() -> None:
    [told] = json.loads(FORMATS["json"](report(finding(revision=None, direction=None))))["findings"]

    assert (told["revision"], told["direction"], told["waived"]) == (None, None, None)


def test_text_comes_back_as_it_was_whatever_it_holds() -> None:
    [told] = json.loads(FORMATS["json"](report(finding(message=ODD, file=Path("caf\udce9.py")))))["findings"]

    assert (told["message"], told["file"]) == (ODD, "caf\udce9.py")


def test_what_the_live_phase_hands_over_is_written_as_text_where_json_has_no_word_for_it() -> None:
    moment = datetime.datetime(2026, 11, 27, tzinfo=datetime.UTC)

    told = json.loads(FORMATS["json"](report(live={"at": moment, "in": Path("a/b")})))

    assert told["live"] == {"at": "2026-11-27 00:00:00+00:00", "in": "a/b"}


def test_what_running_showed_comes_back_as_it_was() -> None:
    told = lived.live(lived.ORDERS, lived.FAILED, lived.huge())

    assert json.loads(FORMATS["json"](report(live=told)))["live"] == told


def test_whatever_running_showed_is_ascii() -> None:
    rendered = FORMATS["json"](report(live=lived.hostile()))

    assert rendered.isascii()
    assert json.loads(rendered)["live"]["revisions"][0]["revision"] == lived.HOSTILE


def test_files_of_running_are_called_as_those_of_findings(here: Path) -> None:
    told = lived.live(
        lived.revision(file=str(here / FINDING.file)), withdrawn=[lived.withdrawn(file=str(here / FINDING.file))]
    )

    [one], [refuted] = (json.loads(FORMATS["json"](report(live=told)))["live"][at] for at in ("revisions", "withdrawn"))

    assert (one["file"], refuted["file"]) == (FINDING.file.name, FINDING.file.name)


def test_a_time_that_is_no_number_is_null_as_json_has_no_other_word_for_it() -> None:
    rendered = FORMATS["json"](report(live={"at": float("nan"), "until": (float("inf"), 1.5)}))

    def refuse(word: str) -> None:
        raise AssertionError(word)

    assert json.loads(rendered, parse_constant=refuse)["live"] == {"at": None, "until": [None, 1.5]}
