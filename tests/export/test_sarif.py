"""SARIF: valid for the official schema, at the user's lines, with marks that survive moved lines, within bounds."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from atlasmodel.assessment import Assessment, assess
from atlasmodel.document import Accepted
from atlasmodel.export import sarif as module
from atlasmodel.export.sarif import sarif
from atlasmodel.model.builder import PipelineBuilder
from atlasmodel.model.reader import read_pipeline
from atlasmodel.options import Options

EXAMPLE = Path(__file__).parents[2] / "examples" / "fraud-scoring.yaml"
SCHEMA = Path(os.environ.get("ATLASMODEL_SARIF_SCHEMA", Path(__file__).parents[2] / ".cache" / "sarif-2.1.0.json"))


def run(assessment: Assessment, **options: Any) -> dict[str, Any]:
    return dict(json.loads(sarif(assessment, **options))["runs"][0])


def places(result: dict[str, Any]) -> list[dict[str, Any]]:
    flows = [step["location"] for flow in result.get("codeFlows", ()) for step in flow["threadFlows"][0]["locations"]]
    return [*result.get("locations", ()), *result.get("relatedLocations", ()), *flows]


@pytest.fixture(scope="module")
def schema() -> Draft4Validator:
    if not SCHEMA.is_file():
        pytest.skip(f"the SARIF schema is not at {SCHEMA}; `make schemas` fetches it, ATLASMODEL_SARIF_SCHEMA names it")
    return Draft4Validator(json.loads(SCHEMA.read_text()))


def test_findings_are_valid_sarif(schema: Draft4Validator, assessment: Assessment, hostile: Assessment) -> None:
    for document in (assessment, hostile):
        schema.validate(json.loads(sarif(document)))
        schema.validate(json.loads(sarif(document, limit=1)))
    assert not schema.is_valid(json.loads(sarif(assessment)) | {"version": "2.2"})


def test_every_finding_stands_at_its_line(assessment: Assessment) -> None:
    lines = EXAMPLE.read_text().splitlines()
    results = run(assessment, root=str(EXAMPLE.parents[1]))["results"]
    assert len(results) == len(assessment.findings)
    for finding, result in zip(assessment.findings, results, strict=True):
        (place,) = (item["physicalLocation"] for item in result["locations"])
        assert place["artifactLocation"]["uri"] == "examples/fraud-scoring.yaml"
        line = lines[place["region"]["startLine"] - 1]
        assert finding.component in line
        assert result["ruleId"] == finding.rule


def test_there_is_no_place_without_a_file_and_a_line(assessment: Assessment, hostile: Assessment) -> None:
    for document in (assessment, hostile):
        for result in run(document)["results"]:
            for place in places(result):
                assert place["physicalLocation"]["region"]["startLine"] >= 1
                assert place["physicalLocation"]["artifactLocation"]["uri"]
                assert "logicalLocations" not in place
    unplaced = assessment.model_copy(
        update={"findings": tuple(item.model_copy(update={"span": None}) for item in assessment.findings)}
    )
    assert not any(places(result) for result in run(unplaced)["results"])


def test_code_flows_follow_attack_paths(assessment: Assessment) -> None:
    flows = {
        item["properties"]["finding"]: item["codeFlows"] for item in run(assessment)["results"] if "codeFlows" in item
    }
    on_path = {step.id for goal in assessment.goals for path in goal.paths for step in path.steps}
    assert set(flows) == on_path & {finding.id for finding in assessment.findings}
    assert len(flows) > 10
    for (flow,) in flows.values():
        (thread,) = flow["threadFlows"]
        told = "; ".join(step["location"]["message"]["text"] for step in thread["locations"])
        assert told.startswith("1. ")
        assert [step["importance"] for step in thread["locations"]].count("essential") == 1


def test_fingerprints_survive_moved_lines(tmp_path: Path) -> None:
    text = (
        "atlasmodel: 1\nname: small\ncomponents:\n  api: {kind: inference_api, exposure: public, authn: none}\n"
        "  model: {kind: predictive_model, outputs: [scores]}\nflows:\n  - {from: api, to: model, kind: serves}\n"
    )
    found = []
    for number, comment in enumerate(("", "# a comment\n\n")):
        file = tmp_path / f"{number}.yaml"
        file.write_text(comment + text)
        found.append(
            run(assess(read_pipeline(file), options=Options(worlds=64, removes=0, measures=0, questions=0)))["results"]
        )
    before, after = found
    assert [item["partialFingerprints"] for item in before] == [item["partialFingerprints"] for item in after]
    assert len({item["partialFingerprints"]["primaryLocationLineHash"] for item in before}) == len(before) > 3
    first, moved = (item[0]["locations"][0]["physicalLocation"]["region"]["startLine"] for item in found)
    assert moved == first + 2


def many(assessment: Assessment, count: int) -> Assessment:
    finding = assessment.findings[0]
    found = tuple(
        finding.model_copy(update={"id": f"{finding.id}-{n}", "risk": float(count - n)}) for n in range(count)
    )
    return assessment.model_copy(update={"findings": found})


def test_too_many_results_are_cut_by_risk_and_the_file_says_so(
    assessment: Assessment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_RESULTS", 40)
    cut = run(many(assessment, 100))
    assert [item["properties"]["risk"] for item in cut["results"]] == [100.0 - n for n in range(40)]
    (note,) = cut["invocations"][0]["toolExecutionNotifications"]
    assert "60 findings" in note["message"]["text"]
    assert run(assessment)["invocations"][0]["toolExecutionNotifications"] == []
    monkeypatch.setattr(module, "MAX_GZIP", 2_500)
    smaller = run(many(assessment, 100))
    assert 0 < len(smaller["results"]) < 40
    assert smaller["invocations"][0]["toolExecutionNotifications"]


def test_bounds_of_the_code_host_are_what_it_states() -> None:
    assert (module.MAX_RESULTS, module.MAX_LOCATIONS, module.MAX_TAGS) == (25_000, 1_000, 20)
    assert module.MAX_GZIP <= 10 * 1024 * 1024


def test_accepted_findings_are_suppressed_with_their_reason(assessment: Assessment) -> None:
    finding = assessment.findings[0].id
    accepted = Accepted(finding=finding, reason="we live with it", by=None, until=None, in_force=True)
    lapsed = accepted.model_copy(update={"finding": assessment.findings[1].id, "in_force": False})
    results = run(assessment.model_copy(update={"accepted": (accepted, lapsed)}))["results"]
    assert results[0]["suppressions"][0]["justification"] == "we live with it"
    assert "suppressions" not in results[1]


def test_titles_are_no_links_and_no_arguments() -> None:
    builder = PipelineBuilder("p")
    builder.add("bot", kind="inference_api", exposure="public", title="[x](http://evil.example) {0}", authn="none")
    message = json.dumps(run(assess(builder.build()))["results"])
    assert "evil.example" in message
    assert "[x](" not in message.replace("\\\\[", "").replace("\\\\]", "")
    assert "{{0}}" in message


def test_rules_name_severity_technique_and_tactic(assessment: Assessment) -> None:
    found = run(assessment)
    driver, (atlas,) = found["tool"]["driver"], found["taxonomies"]
    assert [rule["id"] for rule in driver["rules"]] == list(dict.fromkeys(item["ruleId"] for item in found["results"]))
    for result in found["results"]:
        rule = driver["rules"][result["ruleIndex"]]
        assert rule["id"] == result["ruleId"]
        (relation,) = rule["relationships"]
        assert (
            atlas["taxa"][relation["target"]["index"]]["id"] == relation["target"]["id"] in rule["properties"]["tags"]
        )
        assert float(rule["properties"]["security-severity"]) >= {"error": 7.0, "warning": 4.0}.get(
            result["level"], 0.0
        )
