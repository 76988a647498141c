"""Files of mitigations -> Library, with all mistakes reported at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from atlasmodel import _yaml
from atlasmodel._files import data_root
from atlasmodel._located import validate
from atlasmodel.errors import CatalogError, Problem, nearest
from atlasmodel.match.read_conditions import ConditionReader
from atlasmodel.match.rule import STAGES
from atlasmodel.mitigate.controls import EVERYWHERE, Control, Library
from atlasmodel.model.kinds import Vocabulary


def load_library(folders: Iterable[Path], vocabulary: Vocabulary, techniques: Iterable[str]) -> Library:
    """Read every mitigation file below the folders; raise CatalogError with all problems."""
    controls: dict[str, Control] = {}
    problems: list[Problem] = []
    known = set(techniques)
    for folder in folders:
        for path in sorted(folder.rglob("*.yaml")):
            document = _yaml.read(path, name=f"{folder.name}/{path.relative_to(folder).as_posix()}")
            for index, data in enumerate(document.data or []):
                control, found = validate(Control, data, document, (index,), "AM240")
                problems += found
                if control is None:
                    continue
                problems += _unknown_names(control, vocabulary, known)
                if control.when is not None:
                    reader = ConditionReader(document, vocabulary, problems)
                    control = control.changed(applies=reader.read(control.when, (index, "when")))
                if control.id in controls:
                    problems.append(
                        Problem(
                            "AM241",
                            f"mitigation {control.id} is defined twice",
                            control.span,
                            f"first at {controls[control.id].span}",
                        )
                    )
                controls[control.id] = control
    problems += _unbacked(vocabulary, controls)
    if problems:
        raise CatalogError(problems)
    return Library.model_construct(None, controls=dict(sorted(controls.items())))


def library_folders() -> list[Path]:
    """Return the folders of the mitigations that come with the library."""
    return [data_root() / "mitigations"]


def _unknown_names(control: Control, vocabulary: Vocabulary, techniques: set[str]) -> Iterable[Problem]:
    places = {EVERYWHERE, *vocabulary.kinds, *vocabulary.groups}
    flows = [flow for covers in control.reach for flow in covers.flow]
    named = [
        (control.at, places),
        (flows, vocabulary.flow_kinds),
        (control.effects, techniques),
        (control.phases, STAGES),
    ]
    for names, known in named:
        for name in names:
            if name not in known:
                yield Problem(
                    "AM242", f"{control.id} names `{name}`, which does not exist", control.span, nearest(name, known)
                )


def _unbacked(vocabulary: Vocabulary, controls: Mapping[str, Control]) -> Iterable[Problem]:
    """Yield a problem for each attribute that speaks of a control which is not in the library."""
    for attribute in vocabulary.attributes.values():
        if attribute.implies and attribute.implies.control not in controls:
            name = attribute.implies.control
            yield Problem(
                "AM242",
                f"attribute {attribute.id} speaks of a control `{name}` that does not exist",
                attribute.span,
                nearest(name, controls),
            )
