"""The report: one file, no request, no script but its own, every hostile text inert."""

import json
import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from urllib.parse import unquote

import pytest

from atlasmodel.assessment import Assessment
from atlasmodel.errors import InputError
from atlasmodel.export.html import html
from atlasmodel.export.html.page import atlas_url
from atlasmodel.plan import FrontPoint, Limits, Option, Plan, PlannedMeasure, Span
from tests.export.conftest import TITLES

VOID = {"meta", "input", "br", "rect", "path", "polygon", "polyline", "ellipse", "wbr"}
TEMPLATES = sorted((Path(__file__).parents[2] / "atlasmodel" / "export" / "templates").rglob("*.j2"))
PINNED = "081591ab735b2b6a3b31a3c60f8f3a3e2fee8c92939e0c7820ad1208571b6cd8"  # cytoscape 3.34.4
VENDOR = files("atlasmodel.export.html") / "vendor"


class Page(HTMLParser):
    """Collect the elements of a page and check that they nest."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.inside: dict[str, list[str]] = {"script": [], "style": []}
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self.open and self.open[-1] in ("script", "style"):
            self.inside[self.open[-1]].append(data)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="session")
def report(assessment: Assessment) -> str:
    return html(assessment)


@pytest.fixture(scope="session")
def attacked(hostile: Assessment) -> str:
    return html(hostile)


@pytest.fixture(params=["report", "attacked"])
def page(request: pytest.FixtureRequest) -> Page:
    return Page(request.getfixturevalue(request.param))


def test_the_page_nests_and_has_one_style_and_the_scripts_it_needs(page: Page) -> None:
    assert page.open == []
    assert len(page.all("style")) == 1
    assert [item.get("type") for item in page.all("script")] == ["application/json", None, None, None]


def test_the_policy_allows_just_that_style_and_those_scripts(page: Page) -> None:
    policy = next(item["content"] for item in page.all("meta") if item.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none';") and "unsafe" not in policy
    _, *scripts = page.inside["script"]
    (style,) = page.inside["style"]
    allowed = [f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in (style, *scripts)]
    assert f"style-src {allowed[0]}; script-src {' '.join(allowed[1:])};" in policy


def test_the_graph_library_is_the_published_file() -> None:
    source = json.loads((VENDOR / "SOURCE.json").read_text())
    held = (VENDOR / "cytoscape.min.js").read_bytes()
    assert sha256(held).hexdigest() == source["sha256"] == PINNED
    assert (VENDOR / "LICENSE").read_text().startswith("Copyright (c) 2016-2026, The Cytoscape Consortium")


def test_nothing_is_fetched_and_nothing_runs(page: Page) -> None:
    for tag, attributes in page.elements:
        assert tag not in (
            "link",
            "img",
            "iframe",
            "object",
            "embed",
            "base",
            "audio",
            "video",
            "image",
            "foreignobject",
        )
        assert not {"src", "srcset", "action", "background", "xlink:href", "style"} & set(attributes)
        assert not [name for name in attributes if name.startswith("on")]
        target = attributes.get("href", "#")
        assert target.startswith(("#", "https://atlas.mitre.org/"))
    ours = "".join([*page.inside["style"], *page.inside["script"][2:]])
    assert not re.search(r"url\(|@import|fetch\(|XMLHttpRequest|eval\(|innerHTML", ours)


def test_ids_are_unique_and_links_lead_somewhere(page: Page) -> None:
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {unquote(item["href"][1:]) for item in page.all("a") if item["href"].startswith("#")} <= set(ids)


def test_hostile_titles_are_text(attacked: str) -> None:
    words = " ".join(Page(attacked).words)
    assert "</script><script>alert(1)</script>" in words
    assert "{{ 7 * 7 }}" in words and "49 {%" not in words
    assert all(title.split("\n", maxsplit=1)[0] in words for title in TITLES)


def test_only_ids_of_atlas_are_linked() -> None:
    assert atlas_url("AML.CS0009") == "https://atlas.mitre.org/studies/AML.CS0009"
    for other in ("javascript:alert(1)", "data:x", "AML.T0020/../x", "//evil.example", "rate_limit"):
        assert atlas_url(other) is None


def test_every_finding_is_there_with_its_evidence(assessment: Assessment, report: str) -> None:
    page = Page(report)
    words = " ".join(page.words)
    for finding in assessment.findings:
        assert finding.id in words and finding.technique_name in words
        assert all(item.span in words for item in finding.because if item.span)
    assert sum("data-risk" in item for item in page.all("li")) == len(assessment.findings)
    for line in (*assessment.truncated, assessment.catalog.digest, assessment.rules.digest):
        assert line in words


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_the_templates_quote_every_attribute(template: Path) -> None:
    text = template.read_text()
    assert not re.search(r"=\{\{", text)
    assert "| safe" not in text and "autoescape" not in text


def test_two_runs_give_the_same_bytes(assessment: Assessment, report: str) -> None:
    assert html(Assessment.from_json(assessment.to_json())) == report


def test_without_graphviz_the_report_says_so_and_gives_the_words(assessment: Assessment, no_graphviz: None) -> None:
    text = html(assessment)
    words = " ".join(Page(text).words)
    assert "apt install graphviz" in words
    assert assessment.tree().text().splitlines()[3].strip() in words
    assert "<figure" not in text


def test_an_assessment_without_findings_makes_a_page(assessment: Assessment) -> None:
    bare = assessment.model_copy(update={"findings": (), "goals": (), "mitigations": (), "questions": (), "steps": ()})
    assert "No goal can be reached" in html(bare)


def test_the_words_of_a_rule_stand_once(assessment: Assessment, report: str) -> None:
    found: dict[str, int] = {}
    for finding in assessment.findings:
        found[finding.rationale] = found.get(finding.rationale, 0) + 1
    assert max(found.values()) > 1
    words = " ".join(Page(report).words)
    assert all(words.count(rationale) == 1 for rationale in found)


def test_three_thousand_findings_stay_small(assessment: Assessment, no_graphviz: None) -> None:
    many = [
        finding.model_copy(update={"id": f"{finding.id}-{number}"})
        for number in range(3000 // len(assessment.findings) + 1)
        for finding in assessment.findings
    ][:3000]
    assert len(html(assessment.model_copy(update={"findings": tuple(many)}))) < 10_000_000


def test_a_plan_is_shown_where_one_is_given(assessment: Assessment, tmp_path: Path) -> None:
    option = Option(control="x", name="A measure <b>", at="lake", cost=1, days=2, role="ml_engineering")
    span = Span(low=1, likely=2, high=3)
    plan = Plan(
        pipeline="p", digest="other", objective="risk", limits=Limits(budget=9), candidates=(option,), risk=100, residual=60,
        measured_in="risk", objective_value=60, bound=58, gap=2, floor=0, status="feasible with gap", method="search",
        cost=span, days=span, currency="AUD", changes=(), front=(
            FrontPoint(cost=0, days=0, residual=100, bound=100, measures=()),
            FrontPoint(cost=5, days=1, residual=60, bound=58, measures=("x@lake",)),
        ),
        measures=(
            PlannedMeasure(control="x", name="A measure <b>", at="lake", cost=1, days=2, role="ml_engineering", risk_removed=40,
                           risk_after=60, alone=40, last=40, cost_range=span, days_range=span, techniques=(), fixed=False),
        ),
    )  # fmt: skip
    file = tmp_path / "plan.json"
    file.write_text(plan.to_json())
    shown = html(assessment, plan=plan)
    assert shown == html(assessment, plan=str(file))
    words = " ".join(Page(shown).words)
    assert (
        "A measure <b>" in words and "What more money would buy" in words and "another version of the pipeline" in words
    )
    file.write_text("{}")
    with pytest.raises(InputError, match="AM315"):
        html(assessment, plan=str(file))


def test_the_organisation_is_scored_by_pillar_and_phase(assessment: Assessment) -> None:
    def row(check: str, result: str, **more: object) -> dict[str, object]:
        return {
            "check": check,
            "title": f"Title of {check}",
            "result": result,
            "because": [{"fact": "so it is"}],
            **more,
        }

    rows = (
        row("a", "pass", pillar="policy", phases=["design"]),
        row("b", "fail", pillar="policy", phases=["design", "use"], advice="Do <i>this</i>"),
        row("c", "unknown"),
    )
    words = " ".join(" ".join(Page(html(assessment.model_copy(update={"governance": rows}))).words).split())
    assert "1 pass, 1 fail, 0 unknown" in words and "0 pass, 1 fail, 0 unknown" in words
    assert words.index("Title of b") < words.index("Title of c") < words.index("Title of a")
    assert "Do <i>this</i>" in words and "so it is" in words


def test_a_path_names_what_it_counts_on(assessment: Assessment, assuming: Assessment) -> None:
    assert "If it is so, which is not known" not in html(assessment)
    assert html(assuming).count("If it is so, which is not known: outcome: ") == 1
