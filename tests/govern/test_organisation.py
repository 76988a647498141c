"""An organisation file: what is said, what is unknown, and every mistake told in its place."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlasmodel import _yaml
from atlasmodel.errors import AtlasModelError, InputError
from atlasmodel.model.organisation import Organisation
from atlasmodel.model.organisation_schema import organisation_schema
from atlasmodel.model.read_organisation import (
    STARTER,
    is_organisation,
    organisation_from,
    parse_organisation,
    read_organisation,
)
from atlasmodel.model.reader import parse_pipeline, read_pipeline
from atlasmodel.model.skill import builtin_skills

HEAD = "atlasmodel_organisation: 1\nname: x\n"
EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "organisation").glob("*.yaml"))

# A text below the head, and what is told of it: code, line:column, words.
MISTAKES = [
    ("rols: {}", "AM118", "3:1", "did you mean roles?"),
    ("teams: []", "AM172", "3:8", "a mapping from id to entry"),
    ("reviews: {}", "AM172", "3:10", "a list"),
    ("teams: {a: {function: legall}}", "AM175", "3:23", "did you mean legal?"),
    ("teams: {a: {}}", "AM175", "3:9", "`function` is missing"),
    ("teams: {a: 7}", "AM175", "3:12", "should be a mapping"),
    ("teams: {a: {function: legal, headcount: -1}}", "AM175", "3:41", "greater than or equal to 0"),
    ("teams: {a: {function: legal, headcount: '3'}}", "AM175", "3:41", "valid integer"),
    ("teams: {../a: {function: legal}}", "AM174", "3:9", "cannot be an id"),
    ("teams: {a: {function: legal}, A: {function: hr}}", "AM174", "3:31", "differ in case only"),
    ("teams: {a: {function: legal}}\npeople: {a: {team: a}}", "AM174", "4:10", "stands in teams and people twice"),
    ("teams: {a: {function: legal, skills: {lw: 2}}}", "AM176", "3:9", "did you mean law?"),
    ("teams: {a: {function: legal, skills: {law: 5}}}", "AM175", "3:44", "less than or equal to 4"),
    ("teams: {a: {function: legal}}\npeople: {p: {team: b}}", "AM176", "4:10", "`b`, which is not there"),
    ("teams: {}\nroles: {r: {function: hr, held_by: nobody}}", "AM176", "4:9", "`nobody`, which is not there"),
    ("policies: {p: {kind: acces}}", "AM175", "3:22", "did you mean access?"),
    ("policies: {p: {kind: access, last_review: 2026-13-01}}", "AM175", "3:43", "or `never`"),
    ("policies: {p: {kind: access, changes: [{version: '1'}]}}", "AM175", "3:40", "`on` is missing"),
    ("policies: {}\ndecisions: [{what: a, kind: mode, policy: q}]", "AM176", "4:13", "`q`, which is not there"),
    (
        "contracts: {c: {vendor: A, covers: m, yearly: {low: 3, likely: 2, high: 1}}}",
        "AM175",
        "3:47",
        "should not fall",
    ),
    ("contracts: {c: {vendor: A, covers: m, yearly: .nan}}", "AM120", "3:47", "not"),
    ("as_of: yesterday", "AM175", "3:8", "write a date"),
    ("as_of: 2026", "AM175", "3:8", 'put it in quotes: as_of: "2026"'),
    ("currency: dollars", "AM175", "3:11", "three letters"),
    ("pipelines: [a.yaml]", "AM172", "3:12", "from id to file name"),
    ("projects: {p: {pipelines: t}}\npipelines: {triage: a.yaml}", "AM176", "3:12", "`t`, which is not there"),
    ("hr: {reward: true}", "AM118", "3:6", "did you mean rewards?"),
    ("teams: &a {}", "AM115", "3:8", "anchors"),
    ("teams: !!python/object/apply:os.system {}", "AM115", "3:8", "nothing was executed"),
]


@pytest.mark.parametrize(("text", "code", "place", "words"), MISTAKES, ids=[row[0][:60] for row in MISTAKES])
def test_mistakes_are_told_where_they_stand(text: str, code: str, place: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_organisation(HEAD + text)
    (problem,) = caught.value.problems
    assert problem.code == code
    assert str(problem.span) == f"organisation.yaml:{place}"
    assert words in str(problem)


def test_all_mistakes_at_once_in_the_order_of_the_file() -> None:
    with pytest.raises(InputError) as caught:
        parse_organisation("teams: {a: {function: x}}\nroles: 1\nfoo: 2\n")
    assert [problem.code for problem in caught.value.problems] == ["AM171", "AM173", "AM175", "AM172", "AM118"]


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", "[]", "7", "atlasmodel_organisation: 2\nname: x", "a: [", HEAD + HEAD]
)
def test_what_is_no_organisation(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_organisation(text)
    assert caught.value.problems[0].span is not None


def test_many_mistakes_are_bounded() -> None:
    rows = "".join(f"  t{number}: {{function: nothing}}\n" for number in range(5_000))
    with pytest.raises(InputError) as caught:
        parse_organisation(f"{HEAD}teams:\n{rows}")
    assert len(caught.value.problems) == 201
    assert "more than 200" in str(caught.value.problems[-1])


def test_deep_nesting_and_large_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"AM11\d"):
        parse_organisation(HEAD + "teams: " + "[" * 100)
    file = tmp_path / "large.yaml"
    file.write_text(HEAD + "#" * 5_000)
    with pytest.raises(InputError, match="AM110"):
        read_organisation(file, max_bytes=1_000)


def test_unknown_stays_unknown() -> None:
    silent = parse_organisation(HEAD)
    assert silent.teams is None and silent.hr is None
    aloud = parse_organisation(
        HEAD + "teams: unknown\npolicies: {p: {kind: ethics, last_review: unknown, owner: null}}"
    )
    assert aloud.teams is None
    assert aloud.policies is not None and aloud.policies[0].last_review is None
    assert parse_organisation(HEAD + "teams: {}").teams == ()


def test_short_forms() -> None:
    text = "contracts: {c: {vendor: A, covers: m, yearly: 5}}\ntraining: [{domains: law, of: []}]"
    organisation = parse_organisation(HEAD + text)
    assert organisation.contracts is not None and organisation.training is not None
    assert organisation.contracts[0].covers == ("m",)
    assert organisation.contracts[0].yearly is not None and organisation.contracts[0].yearly.high == 5
    assert organisation.training[0].domains == ("law",)


def test_a_function_stands_behind_roles_teams_and_people() -> None:
    organisation = parse_organisation(
        HEAD + "teams: {t: {function: legal}}\npeople: {p: {team: t}}\nroles: {r: {function: finance, held_by: p}}"
    )
    found = [organisation.function_of(name) for name in ("r", "t", "p", "hr", "somebody")]
    assert found == ["finance", "legal", "legal", "hr", None]


def test_sections_may_stand_in_several_files(tmp_path: Path) -> None:
    (tmp_path / "teams.yaml").write_text("teams: {a: {function: legal}}\n")
    (tmp_path / "organisation.yaml").write_text(HEAD + "include: teams.yaml\nteams: {b: {function: hr}}\n")
    organisation = read_organisation(tmp_path / "organisation.yaml")
    assert {team.id for team in organisation.teams or ()} == {"a", "b"}
    (tmp_path / "organisation.yaml").write_text(HEAD + "include: teams.yaml\nteams: {a: {function: hr}}\n")
    with pytest.raises(InputError, match=r"AM174.*twice"):
        read_organisation(tmp_path / "organisation.yaml")
    (tmp_path / "organisation.yaml").write_text(HEAD + "include: ../teams.yaml\n")
    with pytest.raises(InputError, match="AM132"):
        read_organisation(tmp_path / "organisation.yaml")


def test_a_pipeline_names_its_organisation(tmp_path: Path) -> None:
    (tmp_path / "organisation.yaml").write_text(HEAD + "teams: {a: {function: legal}}\n")
    pipeline = tmp_path / "pipeline.yaml"
    pipeline.write_text("atlasmodel: 1\nname: p\norganisation: organisation.yaml\ncomponents: {m: {kind: llm}}\n")
    plain = tmp_path / "plain.yaml"
    plain.write_text("atlasmodel: 1\nname: p\norganisation: organisation.yaml\ncomponents: {m: {kind: llm}}\n")
    read = read_pipeline(pipeline)
    assert isinstance(read.around, Organisation) and read.around.name == "x"
    assert read.organisation == "organisation.yaml"
    # What the organisation says changes nothing that identifies the pipeline.
    (tmp_path / "organisation.yaml").write_text(HEAD + "teams: {b: {function: hr}}\n")
    assert read_pipeline(plain).digest == read.digest
    (tmp_path / "organisation.yaml").write_text(HEAD + "temas: {}\n")
    with pytest.raises(InputError, match=r"organisation.yaml:3:1: AM118"):
        read_pipeline(pipeline)
    pipeline.write_text("atlasmodel: 1\nname: p\norganisation: ../organisation.yaml\ncomponents: {m: {kind: llm}}\n")
    with pytest.raises(InputError, match=r"pipeline.yaml:3:15: AM132"):
        read_pipeline(pipeline)


def test_an_organisation_may_stand_inside_a_pipeline() -> None:
    text = "atlasmodel: 1\nname: p\nowner: us\norganisation: {teams: {a: {function: legal}}}\ncomponents: {m: {kind: llm}}\n"
    pipeline = parse_pipeline(text)
    assert pipeline.around is not None and pipeline.around.name == "us"
    with pytest.raises(InputError, match=r"pipeline.yaml:4:38: AM175 .*did you mean legal"):
        parse_pipeline(text.replace("legal", "legall"))


def test_organisation_files_are_told_from_pipelines() -> None:
    assert is_organisation(b'{"atlasmodel_organisation": 1}')
    assert is_organisation(b"# a comment\n\xef\xbb\xbfatlasmodel: 1") is False
    assert is_organisation(STARTER.encode())


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_examples_fit_the_schema(file: Path) -> None:
    schema = organisation_schema(builtin_skills())
    jsonschema.Draft7Validator.check_schema(schema)
    jsonschema.Draft7Validator(schema).validate(_yaml.read(file).data)


@pytest.mark.parametrize("text", [row[0] for row in MISTAKES[:6]])
def test_the_schema_sees_mistakes_too(text: str) -> None:
    data = _yaml.parse((HEAD + text).encode(), "x").data
    assert list(jsonschema.Draft7Validator(organisation_schema(builtin_skills())).iter_errors(data))


_plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.text(max_size=6)
    | st.sampled_from(["unknown", "never", "2026-01-01"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=12,
)


@given(
    st.dictionaries(
        st.sampled_from(["name", "teams", "people", "roles", "policies", "reviews", "budget", "hr", "x"]), _plain
    )
)
def test_any_data_is_read_or_told_to_be_wrong(data: dict[str, object]) -> None:
    try:
        organisation_from({"atlasmodel_organisation": 1, **data})
    except AtlasModelError as error:
        assert error.problems
