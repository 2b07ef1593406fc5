"""A fix changes the lines it names and nothing else in a file, or it changes nothing."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from pipeline.errors import CouldNotAnswer
from pipeline.review.finding import Edit, Finding, Phase, Severity
from pipeline.review.fix import apply

REVISION = """from alembic import op


def upgrade():
    op.create_index("ix", "t", ["a"])
    op.drop_index("iy")


def downgrade():
    pass
"""

CONCURRENTLY = """with op.get_context().autocommit_block():
    op.create_index("ix", "t", ["a"], postgresql_concurrently=True)
"""


@pytest.fixture(autouse=True)
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "0001.py"
    file.write_text(REVISION)
    return file


def finding(*edits: Edit, line: int = 5, rule: str = "index-blocks-writes", waived: str | None = None) -> Finding:
    return Finding(
        rule=rule,
        severity=Severity.ERROR,
        phase=Phase.SQL,
        file=Path("0001.py"),
        line=line,
        subject="t",
        message="",
        remedy="",
        edits=edits,
        waived=waived,
    )


INDEX = finding(Edit(5, 5, CONCURRENTLY))
DROP = finding(Edit(6, 6, '    op.drop_index("iy", if_exists=True)'), line=6, rule="drop-index")


def test_edits_are_applied_from_the_bottom_and_indented_like_the_line_they_replace(path: Path) -> None:
    said = apply([INDEX, DROP])

    assert said == ["0001.py:5: index-blocks-writes is fixed.", "0001.py:6: drop-index is fixed."]
    assert path.read_text() == REVISION.replace(
        '    op.create_index("ix", "t", ["a"])\n    op.drop_index("iy")\n',
        "    with op.get_context().autocommit_block():\n"
        '        op.create_index("ix", "t", ["a"], postgresql_concurrently=True)\n'
        '    op.drop_index("iy", if_exists=True)\n',
    )


def test_what_is_fixed_is_not_fixed_again(path: Path) -> None:
    apply([INDEX, DROP])
    once = path.read_text()

    assert apply([INDEX, DROP]) == []
    assert path.read_text() == once


def test_what_was_accepted_or_has_no_edit_is_left(path: Path) -> None:
    assert apply([INDEX.waive("a small table"), finding()]) == []
    assert path.read_text() == REVISION


def test_of_two_that_overlap_the_later_waits_and_all_of_its_edits_with_it(path: Path) -> None:
    both = finding(Edit(5, 6, "pass"), Edit(10, 10, "return"), line=6, rule="other")

    assert apply([both, INDEX]) == [
        "0001.py:5: index-blocks-writes is fixed.",
        "0001.py:6: other is left: another fix changes the same lines. Run --fix again.",
    ]
    assert path.read_text().endswith("    pass\n")


def test_one_edit_that_two_findings_want_is_made_once(path: Path) -> None:
    twin = finding(Edit(5, 5, CONCURRENTLY), rule="twin")

    assert apply([INDEX, twin]) == ["0001.py:5: index-blocks-writes is fixed.", "0001.py:5: twin is fixed."]
    assert path.read_text().count("autocommit_block") == 1


def test_code_that_would_not_be_python_is_not_written(path: Path) -> None:
    assert apply([finding(Edit(5, 5, "op.create_index(")), DROP]) == [
        "0001.py: left as it was, the fixed code would not be Python (line 5: '(' was never closed)."
    ]
    assert path.read_text() == REVISION


def test_a_function_does_not_lose_its_body(path: Path) -> None:
    [said] = apply([finding(Edit(10, 10, ""), line=10)])

    assert "would not be Python" in said
    assert path.read_text() == REVISION


def test_a_line_can_be_removed(path: Path) -> None:
    apply([finding(Edit(6, 6, ""), line=6)])

    assert path.read_text() == REVISION.replace('    op.drop_index("iy")\n', "")


def test_a_file_that_is_shorter_now_is_left(path: Path) -> None:
    path.write_text("x = 1\n")

    assert apply([INDEX]) == ["0001.py: left as it was, it has changed since it was reviewed. Review it again."]
    assert path.read_text() == "x = 1\n"


def test_line_ends_encoding_and_the_missing_last_one_stay(path: Path) -> None:
    before = ("# coding: latin-1\r\n# é\x0c\u0085\r\n\r\n" + 'def upgrade():\r\n    op.x("ü")').encode("latin-1")
    path.write_bytes(before)

    apply([finding(Edit(5, 5, 'if True:\n    op.y("ö")'))])

    assert path.read_bytes() == before.replace(
        '    op.x("ü")'.encode("latin-1"), '    if True:\r\n        op.y("ö")'.encode("latin-1")
    )


def test_a_byte_order_mark_stays(path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbf" + REVISION.encode())

    apply([INDEX])

    assert path.read_bytes().startswith(b"\xef\xbb\xbffrom alembic")
    assert path.read_bytes().count(b"\xef\xbb\xbf") == 1


def test_a_sign_that_the_file_cannot_hold_leaves_it_as_it_was(path: Path) -> None:
    path.write_bytes(b"# coding: latin-1\nx = 1\n")

    [said] = apply([finding(Edit(2, 2, 'x = "€"'))])

    assert (
        said.startswith("0001.py: left as it was, the fixed code would not be Python ('latin-1'") or "iso-8859" in said
    )
    assert path.read_bytes() == b"# coding: latin-1\nx = 1\n"


def test_a_file_indented_by_tabs_gets_tabs(path: Path) -> None:
    path.write_text("def upgrade():\n\top.x()\n")

    apply([finding(Edit(2, 2, "with a:\n    op.x()"))])

    assert path.read_text() == "def upgrade():\n\twith a:\n\t\top.x()\n"


def test_the_inside_of_a_string_is_not_indented(path: Path) -> None:
    apply([finding(Edit(6, 6, 'op.execute("""\nSELECT 1\n""")\nop.x(f"""\n{1}\n""")'), line=6)])

    assert '    op.execute("""\nSELECT 1\n""")\n    op.x(f"""\n{1}\n""")\n' in path.read_text()


def test_lines_are_counted_as_python_counts_them(path: Path) -> None:
    path.write_text("a = 1\n\x0c\nb = '\u2028'\nc = 1\n")

    apply([finding(Edit(4, 4, "c = 2"))])

    assert path.read_text() == "a = 1\n\x0c\nb = '\u2028'\nc = 2\n"


def test_rights_and_links_stay_and_nothing_is_left_beside_the_file(path: Path, tmp_path: Path) -> None:
    real = tmp_path / "real" / "0001.py"
    real.parent.mkdir()
    path.rename(real)
    real.chmod(0o640)
    path.symlink_to(real)

    apply([INDEX])

    assert path.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert "autocommit_block" in real.read_text()
    assert sorted(one.name for one in real.parent.iterdir()) == ["0001.py"]


def test_a_file_that_is_gone_is_named(path: Path) -> None:
    path.unlink()

    with pytest.raises(CouldNotAnswer, match=r"0001\.py cannot be read .*nothing in it was fixed"):
        apply([INDEX])
