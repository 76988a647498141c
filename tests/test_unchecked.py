"""Records that nothing checked are like those that were, and as fit for all that is done with records."""

from __future__ import annotations

import pickle

from atlasmodel._once import Once
from atlasmodel._unchecked import Unchecked
from atlasmodel.analysis import Analysis
from atlasmodel.assembly import view
from atlasmodel.document import ReachableBy
from atlasmodel.findings.listing import findings
from atlasmodel.options import Options

CHECKED = ReachableBy(adversary="thief", certainty="yes")


def test_a_record_is_the_one_that_is_checked() -> None:
    made = Unchecked(ReachableBy)(adversary="thief", certainty="yes")
    assert made == CHECKED and made.model_fields_set == CHECKED.model_fields_set
    assert made.model_dump_json() == CHECKED.model_dump_json()
    assert pickle.loads(pickle.dumps(made)) == CHECKED  # noqa: S301 -- our own bytes


def test_a_changed_copy_leaves_the_others_as_they_are() -> None:
    make = Unchecked(ReachableBy)
    one, other = make(adversary="thief", certainty="yes"), make(adversary="spy", certainty="yes")
    assert one.model_copy(update={"certainty": "unknown"}).certainty == "unknown"
    assert one == CHECKED and other.adversary == "spy"


def test_parts_of_the_document_hold_what_their_records_ask_for(analysed: Analysis) -> None:
    shown = findings(analysed, {}, Options(persona="auditor")).shown
    assert shown
    for part in (*shown, view(analysed)):
        assert type(part).model_validate(part.model_dump()) == part


def test_what_follows_is_worked_out_once_for_each_thing() -> None:
    asked: list[str] = []
    length = Once[str, int](lambda text: asked.append(text) or len(text))  # type: ignore[func-returns-value]
    word, same = "word", "".join(["wo", "rd"])
    assert [length(word), length(word), length(same)] == [4, 4, 4]
    assert asked == ["word", "word"]  # equal things are two
