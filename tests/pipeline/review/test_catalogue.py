"""What the rules say of themselves, at a terminal and on their page."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.review import rules_page
from pipeline.review.catalogue import explain, list_rules
from pipeline.review.rule import Harm, Rule
from pipeline.review.shown_examples import examples_of
from pipeline.review.squawk_rules import every_rule
from tests.pipeline.review.sample import forget_a_table

EXAMPLES = Path(forget_a_table.__file__).with_name("examples")
SAMPLE = [forget_a_table.rule]


def test_a_rule_is_explained_with_its_harm_its_reason_its_examples_and_how_to_accept_it() -> None:
    assert explain("forget-a-table", SAMPLE, EXAMPLES) == (
        "forget-a-table: loses data (error; seen in sql)\n"
        "\n"
        "A table disappears, for the tests of what is told about a rule.\n"
        "\n"
        "A list<int> is no element, `<code>` is code.\n"
        "\n"
        "In production:\n"
        "    All rows of <subject> are gone, and <how> does not bring them back.\n"
        "Instead:\n"
        "    Keep it a while:\n"
        "\n"
        '        op.rename_table("<subject>", "<subject>_{old}")\n'
        "\n"
        "Unsafe:\n"
        "\n"
        '    TABLE = "videos"\n'
        "\n"
        "\n"
        "    def upgrade() -> None:\n"
        "        # forget-a-table: All rows of videos are gone, and going back does not bring them back.\n"
        "        op.drop_table(TABLE)\n"
        "\n"
        "\n"
        "    def downgrade() -> None:\n"
        '        op.create_table(TABLE, sa.Column("id", sa.Integer(), primary_key=True))\n'
        "\n"
        "Unsafe (raw sql):\n"
        "\n"
        "    def upgrade() -> None:\n"
        "        # forget-a-table: All rows of videos are gone, and going back does not bring them back.\n"
        "        # another-rule\n"
        '        op.execute("DROP TABLE videos")\n'
        "\n"
        "\n"
        "    def downgrade() -> None:\n"
        "        pass\n"
        "\n"
        "Safe:\n"
        "\n"
        "    def upgrade() -> None:\n"
        '        op.rename_table("videos", "videos_old")\n'
        "\n"
        "\n"
        "    def downgrade() -> None:\n"
        '        op.rename_table("videos_old", "videos")\n'
        "\n"
        "To accept it, with a reason, on the line or above it:\n"
        "\n"
        "    # review: allow forget-a-table -- why it harms nobody here"
    )


@pytest.mark.parametrize("typed", ["forget-table", "forget_a_table", "Forget-A-Table"])
def test_a_name_that_is_nearly_right_is_answered_with_the_right_one(typed: str) -> None:
    with pytest.raises(UsageError, match=r"no rule called .*\. Did you mean forget-a-table\? --list-rules"):
        explain(typed, SAMPLE, EXAMPLES)


def test_a_name_like_no_other_is_answered_with_where_the_names_are() -> None:
    with pytest.raises(UsageError, match=r"^There is no rule called xyz\. --list-rules lists them all\.$"):
        explain("xyz", SAMPLE, EXAMPLES)


def test_an_example_starts_where_its_mark_is_even_in_what_every_revision_has(tmp_path: Path) -> None:
    example = tmp_path / "forget_a_table" / "unsafe.py"
    example.parent.mkdir()
    example.write_text('from alembic import op\n\nrevision = "2"\ndown_revision = "1"  # found: forget-a-table\n')

    assert [one.code for one in examples_of(forget_a_table.rule, SAMPLE, tmp_path)] == [
        '# forget-a-table\ndown_revision = "1"'
    ]


def test_rules_are_listed_in_columns() -> None:
    other = Rule("x.y", harm=Harm.DESIGN, effect="", remedy="")

    assert list_rules([forget_a_table.rule, other]) == (
        "rule            harm                severity  phases\n"
        "forget-a-table  loses data          error     sql\n"
        "y               a matter of design  info"
    )


@pytest.mark.parametrize("name", [rule.name for rule in every_rule()])
def test_every_rule_can_be_explained(name: str) -> None:
    told = explain(name)

    assert "# found:" not in told
    assert not re.search(r"^ *# [a-z-]+$", told, re.MULTILINE), "a mark is found, so its message is shown"


def test_all_rules_are_listed() -> None:
    assert [line.split()[0] for line in list_rules().splitlines()[1:]] == [rule.name for rule in every_rule()]


def test_the_page_is_what_the_rules_say() -> None:
    """When it fails: `make review-rules`."""
    assert rules_page.PAGE.read_text() == rules_page.page()


def test_the_page_has_a_rule_under_its_harm_with_every_example() -> None:
    page = rules_page.page(SAMPLE, EXAMPLES)

    assert "- **Loses data**: [forget-a-table](#forget-a-table)\n" in page
    assert "| [forget-a-table](#forget-a-table) | error |  |  | ✓ |  |  | loss |\n" in page
    assert page[page.index("## Loses data") :] == (
        "## Loses data\n"
        "\n"
        "### forget-a-table\n"
        "\n"
        "*error, seen in sql*\n"
        "\n"
        "A table disappears, for the tests of what is told about a rule.\n"
        "\n"
        "A list&lt;int> is no element, `<code>` is code.\n"
        "\n"
        "> All rows of &lt;subject> are gone, and &lt;how> does not bring them back.\n"
        "\n"
        "Instead: Keep it a while:\n"
        "\n"
        '```python\nop.rename_table("<subject>", "<subject>_{old}")\n```\n'
        "\n"
        "Unsafe:\n"
        "\n"
        "Nobody asked for it.\n"
        "\n"
        '```python\nTABLE = "videos"\n\n\ndef upgrade() -> None:\n'
        "    # forget-a-table: All rows of videos are gone, and going back does not bring them back.\n"
        "    op.drop_table(TABLE)\n\n\ndef downgrade() -> None:\n"
        '    op.create_table(TABLE, sa.Column("id", sa.Integer(), primary_key=True))\n```\n'
        "\n"
        "<details><summary>Unsafe: raw sql</summary>\n"
        "\n"
        "```python\ndef upgrade() -> None:\n"
        "    # forget-a-table: All rows of videos are gone, and going back does not bring them back.\n"
        '    # another-rule\n    op.execute("DROP TABLE videos")\n\n\ndef downgrade() -> None:\n    pass\n```\n'
        "\n"
        "</details>\n"
        "\n"
        "Safe:\n"
        "\n"
        '```python\ndef upgrade() -> None:\n    op.rename_table("videos", "videos_old")\n\n\ndef downgrade() -> None:\n'
        '    op.rename_table("videos_old", "videos")\n```\n'
    )


def test_the_document_on_the_page_is_json() -> None:
    [document] = re.findall(r"```json\n(.*?)\n```", rules_page.page(SAMPLE, EXAMPLES), re.DOTALL)

    assert list(json.loads(document)) == ["version", "analysed", "not_analysed", "findings", "live", "failures"]


def test_the_page_is_written_where_it_belongs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules_page.main([str(tmp_path / "page.md")])

    assert (tmp_path / "page.md").read_text() == rules_page.page()
    assert capsys.readouterr().out == f"Wrote {tmp_path / 'page.md'}.\n"
