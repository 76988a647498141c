"""The report in a real browser: no error, no request; clicks, keys, filters and links work; hostile titles are text.

Skipped where Playwright or a Chromium is missing: `sh tools/install.sh chromium`. The accessibility check needs axe-core
in `.cache/axe.min.js`: `make axe`.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from atlasmodel.assessment import Assessment
from atlasmodel.export.html import html
from tests.export.conftest import TITLES

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "chromium-headless-shell", "google-chrome", "google-chrome-stable")
AXE = Path(__file__).parents[2] / ".cache" / "axe.min.js"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    found = os.environ.get("ATLASMODEL_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("no Chromium is installed: sh tools/install.sh chromium")
    with playwright.sync_playwright() as driver:
        try:
            opened = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        except playwright.Error as error:
            pytest.skip(f"{found} does not start: {str(error).splitlines()[0]}")
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, assessment: Assessment, hostile: Assessment) -> Path:
    folder = tmp_path_factory.mktemp("reports")
    (folder / "report.html").write_text(html(assessment), encoding="utf-8")
    (folder / "hostile.html").write_text(html(hostile), encoding="utf-8")
    return folder


class Visit:
    """Be an open page with everything it complained about and everything it asked for."""

    def __init__(self, browser: Browser, file: Path, fragment: str = "", **look: Any) -> None:
        self.context = browser.new_context(**look)
        self.page: Page = self.context.new_page()
        self.heard: list[str] = []
        self.page.on("console", lambda message: self.heard.append(message.text))
        self.page.on("pageerror", lambda error: self.heard.append(str(error)))
        self.page.on("dialog", lambda dialog: self.heard.append(dialog.message))
        self.page.on("request", lambda request: self.heard.append(request.url) if request.url != self.address else None)
        self.address = file.as_uri()
        self.page.goto(f"{self.address}{fragment}")

    def shown(self) -> int:
        return self.page.locator("#list > li:visible").count()

    def graph(self, expression: str) -> Any:
        """Bring the graph into view, where it is made, and evaluate something on it as `cy`."""
        return self.page.evaluate(
            "async () => { document.getElementById('pipeline').scrollIntoView();"
            "const frame = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));"
            "for (let tries = 0; tries < 300 && !globalThis.pipelineGraph; tries += 1) await frame();"
            f"await frame(); await frame(); const cy = pipelineGraph; return {expression} }}"
        )

    def about(self) -> str:
        return self.page.locator("#about").inner_text()


@pytest.fixture
def visit(browser: Browser, folder: Path) -> Iterator[Visit]:
    made = Visit(browser, folder / "report.html")
    yield made
    assert made.heard == []
    made.context.close()


@pytest.mark.parametrize("name", ["report", "hostile"])
@pytest.mark.parametrize("look", [{}, {"color_scheme": "dark"}, {"viewport": {"width": 390, "height": 844}}])
def test_it_opens_from_disk_in_silence(browser: Browser, folder: Path, name: str, look: dict[str, Any]) -> None:
    visit = Visit(browser, folder / f"{name}.html", **look)
    assert visit.graph("typeof cy.nodes") == "function"
    assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert not visit.page.locator("#still").is_visible()
    visit.page.emulate_media(media="print")
    assert visit.page.locator("#still svg").is_visible() and not visit.page.locator("#explore").is_visible()
    assert visit.heard == []
    visit.context.close()


def test_without_scripts_everything_is_there(browser: Browser, folder: Path, assessment: Assessment) -> None:
    visit = Visit(browser, folder / "report.html", java_script_enabled=False)
    assert visit.page.locator("#still svg").is_visible()
    assert not visit.page.locator("#explore").is_visible() and not visit.page.locator("#filter").is_visible()
    assert visit.shown() == len(assessment.findings)
    visit.page.locator("#list summary").first.click()
    assert visit.page.locator("#list .evidence").first.is_visible()
    visit.context.close()


def test_a_click_on_a_component_shows_its_findings_and_leads_to_their_evidence(
    visit: Visit, assessment: Assessment
) -> None:
    place = str(assessment.findings[0].component)
    number = next(at for at, row in enumerate(assessment.pipeline.components) if row["id"] == place)
    at = visit.graph(f"cy.$id('n{number}').renderedPosition()")
    box = visit.page.locator("#graph").bounding_box()
    assert box is not None
    visit.page.mouse.click(box["x"] + at["x"], box["y"] + at["y"])
    mine = [finding for finding in assessment.findings if finding.component == place]
    assert f"{len(mine)} findings" in visit.about()
    assert visit.page.locator("#pick-component").input_value() == str(number)
    visit.page.locator("#about a").first.click()
    row = visit.page.locator(f'[id="finding-{mine[0].id}"]')
    row.locator(".evidence").wait_for(state="visible")  # a link opens what it leads to a moment later
    assert mine[0].because[0].fact in row.inner_text()
    assert mine[0].rationale in row.inner_text()


def test_a_path_lights_up(visit: Visit, assessment: Assessment) -> None:
    visit.page.locator("button.light").nth(1).click()
    steps = assessment.goals[0].paths[1].steps
    assert visit.page.locator("#about li").count() == len(steps)
    lit = set(visit.graph("cy.nodes('.lit').map(node => node.data('number'))"))
    index = {row["id"]: number for number, row in enumerate(assessment.pipeline.components)}
    assert {index[step.at] for step in steps if step.at in index} <= lit
    assert visit.graph("cy.nodes('.component.faint').length") > 0
    visit.page.locator("#pick-path").select_option("")
    assert visit.graph("cy.elements('.lit, .faint, .leap').length") == 0


def test_every_filter_shows_what_it_says(visit: Visit, assessment: Assessment) -> None:
    found = assessment.findings
    zone_of = {row["id"]: row["zone"] for row in assessment.pipeline.components}
    first = found[0]
    expected = {
        "technique": (first.technique, [item for item in found if item.technique == first.technique]),
        "tactic": (first.tactics[0], [item for item in found if first.tactics[0] in item.tactics]),
        "zone": (zone_of[first.component], [item for item in found if zone_of[item.component] == zone_of[first.component]]),
        "certainty": ("unknown", [item for item in found if item.certainty == "unknown"]),
    }  # fmt: skip
    for name, (value, fits) in expected.items():
        visit.page.locator(f"#{name}").select_option(str(value))
        assert visit.shown() == len(fits)
        assert visit.page.locator("#count").inner_text() == f"{len(fits)} of {len(found)} shown"
        if len(fits) < len(found):
            faint = visit.graph("cy.nodes('.component.faint').length")
            assert faint == len(zone_of) - len({item.component for item in fits})
        visit.page.locator("#clear").click()
        assert visit.shown() == len(found)
    visit.page.locator("input[name=severity][value=high]").uncheck()
    assert visit.shown() == sum(item.severity != "high" for item in found)
    visit.page.locator("#words").fill(first.id.lower())
    visit.page.locator("#count", has_text="0 of").wait_for()


def test_sorting_moves_rows(visit: Visit, assessment: Assessment) -> None:
    visit.page.locator("#order").select_option("technique")
    order = visit.page.eval_on_selector_all("#list > li", "rows => rows.map(row => row.dataset.technique)")
    assert order == sorted(order) and len(order) == len(assessment.findings)


def test_a_deep_link_opens_its_finding(browser: Browser, folder: Path, assessment: Assessment) -> None:
    last = assessment.findings[-1]
    visit = Visit(browser, folder / "report.html", f"#finding-{last.id}".replace(">", "%3E"))
    row = visit.page.locator(f'[id="finding-{last.id}"]')
    row.locator(".evidence").wait_for(state="visible")  # a link opens what it leads to a moment later
    assert row.evaluate("row => row.querySelector('summary') === document.activeElement")
    visit.context.close()


def test_a_cell_of_the_matrix_filters_the_findings(visit: Visit, assessment: Assessment) -> None:
    technique = assessment.findings[0].technique
    visit.page.locator(f'#matrix a[data-technique="{technique}"]').first.click()
    assert visit.shown() == sum(item.technique == technique for item in assessment.findings)


def test_everything_can_be_done_with_the_keyboard(visit: Visit, assessment: Assessment) -> None:
    press = visit.page.keyboard.press
    press("Tab")
    assert visit.page.evaluate("document.activeElement.className") == "skip"
    visit.page.locator("#pick-component").focus()
    press("ArrowDown")
    assert visit.page.evaluate("document.activeElement.id") == "pick-component"
    assert assessment.pipeline.components[0]["title"] in visit.about()
    press("Tab")
    press("ArrowDown")
    assert f"{len(assessment.goals[0].paths[0].steps)} steps" in visit.about()
    visit.page.locator("#list summary").first.focus()
    press("Enter")
    assert visit.page.locator("#list .evidence").first.is_visible()
    reach = visit.page.evaluate(
        "[...document.querySelectorAll('a, button, select, input, summary')]"
        ".filter(item => item.tabIndex < 0 && !item.closest('[hidden]')).length"
    )
    assert reach == 0


def test_hostile_titles_are_text_in_the_graph_too(browser: Browser, folder: Path, hostile: Assessment) -> None:
    visit = Visit(browser, folder / "hostile.html")
    for number, row in enumerate(hostile.pipeline.components):
        visit.page.locator("#pick-component").select_option(str(number))
        assert visit.page.locator("#about h3").text_content() == row["title"]
    labels = "".join(visit.graph("cy.nodes('.component').map(node => node.data('label'))"))
    assert all(title in labels for title in TITLES[4:])
    assert visit.page.locator("#about script, #about b, body > b").count() == 0
    assert visit.heard == []
    visit.context.close()


@pytest.mark.parametrize(("scheme", "opened"), [("light", True), ("dark", False)])
def test_axe_finds_no_serious_violation(browser: Browser, folder: Path, scheme: str, opened: bool) -> None:
    if not AXE.is_file():
        pytest.skip(f"axe-core is not in {AXE.name}: make axe (needs npm and the network)")
    visit = Visit(browser, folder / "report.html", color_scheme=scheme)
    visit.page.evaluate(
        f"document.querySelectorAll('details').forEach(item => {{ item.open ||= {json.dumps(opened)} }})"
    )
    visit.page.evaluate(f"() => {{ {AXE.read_text(encoding='utf-8')} }}")
    found = visit.page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(result => result.violations)")
    grave = {
        item["id"]: [node["html"][:200] for node in item["nodes"][:3]]
        for item in found
        if item["impact"] in ("serious", "critical")
    }
    assert not grave, json.dumps(grave, indent=1)
    visit.context.close()
