"""The formats for reading: Markdown, the terminal's tables, Mermaid, JSON."""

import json
import re
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from atlasmodel import plugins
from atlasmodel.assessment import Assessment
from atlasmodel.errors import InputError
from atlasmodel.export.html import html
from atlasmodel.export.markdown import markdown
from atlasmodel.export.mermaid import mermaid
from atlasmodel.export.table import summary, text
from atlasmodel.export.words import SCALE, sentences


def test_markdown_has_tables_that_hold_together(assessment: Assessment, hostile: Assessment) -> None:
    for item in (assessment, hostile):
        width = 0
        for line in markdown(item).splitlines():
            cells = len(re.findall(r"(?<!\\)\|", line))
            if not line.startswith("|"):
                width = 0
                continue
            assert cells == (width or cells)
            width = cells


def test_markdown_holds_no_html_and_no_link(hostile: Assessment) -> None:
    outside = re.sub(r"```mermaid.*?```", "", markdown(hostile), flags=re.DOTALL)
    assert "<" not in outside
    assert not re.search(r"(?<!\\)\[[^\]]*\]\(", outside)


def test_markdown_says_what_why_and_where(assessment: Assessment) -> None:
    shown = markdown(assessment)
    assert "What to do first" in shown and "fraud-scoring.yaml:" in shown
    assert str(assessment.catalog.release) in shown


def test_the_tables_take_hostile_words_as_words(hostile: Assessment) -> None:
    page = StringIO()
    Console(file=page, width=100, force_terminal=True).print(summary(hostile))
    assert "alert(1)" in page.getvalue()
    assert not any(line.lstrip().startswith("::") for line in text(hostile).splitlines())


def test_the_plain_text_has_no_colour_and_names_every_finding(assessment: Assessment) -> None:
    shown = text(assessment)
    assert "\x1b" not in shown
    assert all(finding.id[:40] in shown for finding in assessment.findings)


def test_counts_say_that_they_count_findings_and_why_others_are_left_out(assessment: Assessment) -> None:
    assert "; findings: " in text(assessment)
    for shown in (text(assessment), markdown(assessment), html(assessment)):
        assert "that no adversary reaches" in " ".join(shown.split())
        assert SCALE in " ".join(shown.split())
    assert "<dt>critical findings</dt>" in html(assessment)


def test_the_paths_of_the_report_name_places_and_not_tokens(assessment: Assessment) -> None:
    paths = html(assessment).partition('<ol class="path">')[2].partition('<section id="measures"')[0]
    steps = [line for line in paths.splitlines() if line.startswith("<li><strong>")]
    assert steps
    assert not any("@" in line or "acc." in line for line in steps)


def test_mermaid_has_no_orders_and_made_up_names(hostile: Assessment) -> None:
    for line in mermaid(hostile).splitlines()[1:]:
        assert re.fullmatch(r'(subgraph z\d+\[".*"\]|end|n\d+\[".*"\]|n\d+ -?\.?-+\.?->\|".*"\| n\d+)', line.strip())
        assert not re.search(r"click|javascript:|%%|onmouseover=", line)


def test_json_is_the_document(assessment: Assessment, tmp_path: Path) -> None:
    path = assessment.export("json", tmp_path / "a.json")
    assert json.loads(path.read_text()) == json.loads(assessment.to_json())
    with pytest.raises(InputError, match="AM134"):
        assessment.export("json", path)
    with pytest.raises(InputError, match="AM152"):
        assessment.export("jason", tmp_path / "b.json")


def test_json_gives_one_part_alone(assessment: Assessment) -> None:
    render = plugins.exporter("json").render
    assert json.loads(render(assessment, part="findings")) == json.loads(assessment.to_json())["findings"]
    with pytest.raises(InputError, match=r"AM147.*findings"):
        render(assessment, part="finding")


def test_three_sentences_say_threat_size_and_first_step(assessment: Assessment) -> None:
    threat, size, first = sentences(assessment)
    assert assessment.goals[0].meaning in threat
    assert assessment.goals[0].severity in size
    assert first.startswith("Do this first")
    bare = assessment.model_copy(update={"goals": (), "mitigations": ()})
    assert len(sentences(bare)) == 3


@pytest.mark.parametrize("name", ["json", "text", "markdown", "mermaid", "dot", "tree-dot", "tree-text"])
def test_every_format_is_the_same_on_every_run(assessment: Assessment, name: str) -> None:
    again = Assessment.from_json(assessment.to_json())
    assert plugins.exporter(name).render(assessment) == plugins.exporter(name).render(again)
