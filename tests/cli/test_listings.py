"""Listings and single records: as a table, and as JSON whose records carry id, name and summary."""

from __future__ import annotations

import json

import jsonschema
import pytest

from atlasmodel.cli import display
from cli.conftest import Run

LISTINGS = {
    "kinds": ("sort", "parent"),
    "catalog list": ("parent", "tactics"),
    "catalog list tactics": ("position",),
    "catalog list mitigations": ("techniques",),
    "catalog list case-studies": (),
    "rules list": ("technique", "scope", "kinds"),
    "mitigations list": ("origin", "class", "techniques"),
    "export --list": ("from",),
    "explain AML.T0020": (),
}
RECORDS = ("kinds llm", "kinds serves", "kinds exposure", "catalog show AML.T0051.001", "mitigations show rate_limit")


@pytest.mark.parametrize("command", LISTINGS)
def test_records_of_a_listing_carry_id_name_and_summary(run: Run, command: str) -> None:
    done = run(*command.split(), "--format", "json")
    assert (done.code, done.err) == (0, "")
    assert done.json
    for record in done.json:
        assert record["id"]
        assert record["name"]
        assert record["summary"]
        assert set(LISTINGS[command]) <= set(record)


@pytest.mark.parametrize("command", LISTINGS)
def test_a_listing_in_a_pipe_is_one_line_a_record(run: Run, command: str) -> None:
    table = run(*command.split())
    records = run(*command.split(), "--format", "json").json
    assert table.code == 0
    for record in records:
        assert sum(line.split()[0] == record["id"] for line in table.out.splitlines()) == 1
    assert not any(line.endswith(" ") for line in table.out.splitlines())


@pytest.mark.parametrize("command", RECORDS)
def test_one_record(run: Run, command: str) -> None:
    table, whole = run(*command.split()), run(*command.split(), "--format", "json")
    assert (table.code, whole.code) == (0, 0)
    assert whole.json["id"] in table.out
    assert whole.json["name"]
    assert whole.json["summary"] in table.out


def test_rules_say_where_they_stand(run: Run) -> None:
    for rule in run("rules", "list", "--format", "json").json:
        assert rule["scope"] in ("exposure", "adversary", "target", "impact", "propagation")
        assert rule["technique"] or rule["scope"] == "propagation"
        assert rule["kinds"] or rule["scope"] in ("adversary", "exposure")


def test_the_catalogue_verifies(run: Run) -> None:
    told, plain = run("catalog", "verify").out, run("catalog", "verify", "--format", "json").json
    assert plain["counts"]["techniques"] == 208
    assert "208 techniques" in told
    assert told.count("repaired: ") == len(plain["repaired"])


def test_the_rules_pass_their_own_tests(run: Run) -> None:
    done = run("rules", "test")
    assert (done.code, done.out) == (0, "")
    assert "all as they say" in done.err
    assert run("rules", "test", "--quiet").err == ""


@pytest.mark.parametrize("what", ["pipeline", "assessment"])
def test_schemas_are_valid(run: Run, what: str) -> None:
    schema = run("schema", what).json
    jsonschema.validators.validator_for(schema).check_schema(schema)
    assert run("schema").json == run("schema", "pipeline").json


def test_a_retired_id_warns_and_leads_to_its_successor(run: Run) -> None:
    for command in ("explain", "catalog show"):
        done = run(*command.split(), "AML.T0019")
        assert done.code == 0
        assert done.err.startswith("warning: AM208 AML.T0019")
        assert "AML.T0115.000" in done.out
        quiet = run(*command.split(), "AML.T0019", "--quiet")
        assert (quiet.out, quiet.err) == (done.out, "")


@pytest.mark.parametrize(
    ("command", "near"),
    [
        ("explain AM-RAG-99", "AM-RAG-"),
        ("explain AML.T9051", "AML.T0051"),
        ("explain AM-RAG-02 cardholdr --in examples/fraud-scoring.yaml", "cardholder"),
        ("kinds llmm", "llm"),
        ("mitigations show rate_limi", "rate_limit"),
        ("catalog show Reconaissance", "Reconnaissance"),
        ("rules new AML.T0O20", "AML.T0020"),
    ],
)
def test_an_unknown_word_gets_near_ones(
    run: Run, command: str, near: str, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    monkeypatch.chdir(pytestconfig.rootpath)
    done = run(*command.split())
    assert (done.code, done.out) == (3, "")
    assert "did you mean" in done.err
    assert near in done.err


def test_explain_tells_every_term_at_a_place(run: Run, pytestconfig: pytest.Config) -> None:
    example = pytestconfig.rootpath / "examples" / "fraud-scoring.yaml"
    words = ("explain", "AM-EVADE-01", "fraud-model", "--in", example)
    (record,) = run(*words, "--format", "json").json
    assert (record["id"], record["verdict"]) == ("AM-EVADE-01@fraud-model", "applies")
    told = run(*words).out
    assert all(text in told for text in (*record["terms"], *record["gains"]))
    assert "does not apply" in run("explain", "AM-EVADE-01", "lake", "--in", example).out
    assert "finds no place" in run("explain", "AM-RAG-02", "--in", example).out


def test_json_shows_what_cannot_be_seen(capsys: pytest.CaptureFixture[str]) -> None:
    data = {"name": "a\x9bb\u202ec\u200bd\x1be"}
    display.as_json(data)
    text = capsys.readouterr().out
    assert text.isascii()
    assert json.loads(text) == data
