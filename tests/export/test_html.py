"""The report: one file, no request, no script but its own, every hostile text inert."""

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

import pytest

from atlasmodel.assessment import Assessment
from atlasmodel.export.html import html
from atlasmodel.export.html.page import atlas_url
from tests.export.conftest import TITLES

VOID = {"meta", "input", "br", "rect", "path", "polygon", "polyline", "ellipse"}


class Page(HTMLParser):
    """Collect the elements of a page and check that they nest."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.inside: dict[str, str] = {}
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
            self.inside[self.open[-1]] = self.inside.get(self.open[-1], "") + data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def report(assessment: Assessment) -> str:
    return html(assessment)


@pytest.fixture(scope="module")
def attacked(hostile: Assessment) -> str:
    return html(hostile)


@pytest.fixture(params=["report", "attacked"])
def page(request: pytest.FixtureRequest) -> Page:
    return Page(request.getfixturevalue(request.param))


def test_the_page_nests_and_has_one_style_and_one_script(page: Page) -> None:
    assert page.open == []
    assert len(page.all("style")) == len(page.all("script")) == 1


def test_the_policy_allows_just_that_style_and_script(page: Page) -> None:
    policy = next(item["content"] for item in page.all("meta") if item.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none';") and "unsafe" not in policy
    for name in ("style", "script"):
        allowed = b64encode(sha256(page.inside[name].encode()).digest()).decode()
        assert f"{name}-src 'sha256-{allowed}'" in policy


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
    assert not re.search(r"url\(|@import|fetch\(|XMLHttpRequest|eval\(|innerHTML", "".join(page.inside.values()))


def test_ids_are_unique_and_links_lead_somewhere(page: Page) -> None:
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {item["href"][1:] for item in page.all("a") if item["href"].startswith("#")} <= set(ids)


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


def test_the_template_quotes_every_attribute() -> None:
    from importlib.resources import files

    text = files("atlasmodel.export").joinpath("templates", "report.html.j2").read_text()
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


def test_three_thousand_findings_stay_cheap(assessment: Assessment, no_graphviz: None) -> None:
    many = (assessment.findings * (3000 // len(assessment.findings) + 1))[:3000]
    text = html(assessment.model_copy(update={"findings": many}))
    assert len(text) < 25_000_000
