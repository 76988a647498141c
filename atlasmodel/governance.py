"""Organisation and pipeline files -> governance reports: which belong together, what was found in each pipeline."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from atlasmodel._files import MAX_BYTES, inside, read_bounded
from atlasmodel._ids import slug
from atlasmodel.assessment import Assessment, assess
from atlasmodel.errors import AtlasModelError, InputError, Problem
from atlasmodel.govern.check import Check
from atlasmodel.govern.result import Governance
from atlasmodel.govern.situation import Parts, Situation, Technical
from atlasmodel.govern.survey import govern, situation_of, unknown_references
from atlasmodel.model.organisation import Organisation
from atlasmodel.model.pipeline import Pipeline
from atlasmodel.model.read_organisation import is_organisation, read_organisation
from atlasmodel.options import Options
from atlasmodel.workspace import Workspace

# Checks read findings, ends, paths and steps; nothing else is worked out.
BOUNDS = Options(removes=0, measures=0, questions=0)


@dataclass
class Assessor:
    """Assess pipelines once each, however many reports ask."""

    workspace: Workspace
    options: Options = BOUNDS
    known: dict[str, Assessment] = field(default_factory=dict)

    def technical(self, name: str, pipeline: Pipeline) -> Technical:
        """Return a pipeline under an id, to be assessed when a check asks for findings."""
        return Technical(name, pipeline, self.later(pipeline))

    def later(self, pipeline: Pipeline) -> Callable[[], Parts]:
        """Return a function that gives the parts of a pipeline's assessment."""

        def parts() -> Parts:
            done = self.assessment(pipeline)
            return Parts(done.findings, done.goals, done.steps)

        return parts

    def assessment(self, pipeline: Pipeline) -> Assessment:
        """Return the assessment of a pipeline by itself."""
        if pipeline.digest not in self.known:
            self.known[pipeline.digest] = assess(pipeline.changed(around=None), self.workspace, self.options)
        return self.known[pipeline.digest]


class Survey(NamedTuple):
    """Be the report on one organisation with what it was made from."""

    report: Governance
    situation: Situation
    assessor: Assessor


def read_governance(
    files: Sequence[Path],
    workspace: Workspace | None = None,
    as_of: str | None = None,
    max_bytes: int = MAX_BYTES,
    checks: Sequence[Check] | None = None,
) -> tuple[Governance, ...]:
    """Return a report for every organisation in some files; pipeline files among them belong to each of these.

    Without an organisation file, each pipeline is looked at with the organisation it names, or with none. `checks` are
    used instead of the packaged ones. Raises InputError with the mistakes of all files.
    """
    return tuple(survey.report for survey in survey_files(files, workspace, as_of, max_bytes, checks))


def survey_files(
    files: Sequence[Path],
    workspace: Workspace | None = None,
    as_of: str | None = None,
    max_bytes: int = MAX_BYTES,
    checks: Sequence[Check] | None = None,
    *,
    options: Options = BOUNDS,
) -> tuple[Survey, ...]:
    """Return the reports as `read_governance` does, each with its situation; `options` bound the assessments."""
    space = workspace or Workspace.builtin()
    assessor = Assessor(space, options)
    organisations: list[tuple[Path, Organisation]] = []
    pipelines: list[tuple[Path, Pipeline]] = []
    problems: list[Problem] = []
    for file in files:
        try:
            if is_organisation(read_bounded(file, max_bytes)):
                organisations.append((file, read_organisation(file, max_bytes)))
            else:
                pipelines.append((file, space.read(file, max_bytes)))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    surveys = []
    for file, organisation in organisations:
        own = _own_pipelines(file, organisation, space, max_bytes)
        technical = _joined([*own, *pipelines], organisation, assessor)
        situation = situation_of(organisation, technical, space, as_of or organisation.as_of)
        wrong = unknown_references(situation)
        if wrong:
            raise InputError(wrong)
        surveys.append(Survey(govern(organisation, technical, space, as_of, checks), situation, assessor))
    if not organisations:
        for file, pipeline in pipelines:
            around: Organisation = pipeline.around or Organisation(name=pipeline.owner or pipeline.name)
            day = as_of or around.as_of or pipeline.as_of
            technical = _joined([(file, pipeline)], around, assessor)
            report = govern(around, technical, space, day, checks)
            surveys.append(Survey(report, situation_of(around, technical, space, day), assessor))
    return tuple(surveys)


def _own_pipelines(
    file: Path, organisation: Organisation, space: Workspace, max_bytes: int
) -> list[tuple[Path, Pipeline]]:
    """Return the pipelines that an organisation names; they stay below its folder."""
    found, problems = [], []
    for name, entry in organisation.pipelines.items():
        try:
            inside(file.parent, entry)
            found.append((file.parent / entry, space.read(file.parent / entry, max_bytes)))
        except AtlasModelError as error:
            hint = "what is wrong with it follows" if error.problems else None
            problems.append(Problem("AM178", f"{file}: the pipeline `{name}` cannot be read", hint=hint))
            problems += error.problems
    if problems:
        raise InputError(problems)
    return found


def _joined(
    pipelines: Iterable[tuple[Path, Pipeline]], organisation: Organisation, assessor: Assessor
) -> list[Technical]:
    """Return pipelines under the ids that the organisation gives their files, or under their files' names."""
    found: dict[str, Technical] = {}
    seen: set[Path] = set()
    for path, pipeline in pipelines:
        if path.resolve() in seen:
            continue
        seen.add(path.resolve())
        names = [name for name, entry in organisation.pipelines.items() if Path(entry).name == path.name]
        name = names[0] if names else slug(path.stem)
        if name in found:
            text = f"two pipelines go by `{name}`: {found[name].pipeline.name} and {pipeline.name}"
            raise InputError(Problem("AM179", text, hint="give them ids under `pipelines:` of the organisation"))
        found[name] = assessor.technical(name, pipeline)
    return list(found.values())
