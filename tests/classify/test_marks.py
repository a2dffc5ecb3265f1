"""What stands when entries overlap: acts keep the verbs and goods inside them, the longer of two alike wins."""

import pytest

from services.classify.languages.entries import parse
from services.classify.languages.lexicon import Lexicon, entries_of, lexicon
from services.classify.languages.schema import LanguageFile
from services.classify.marks import find_marks
from services.classify.normalise import Folded


def tags(text: str) -> set[str]:
    """Return what is found in an English text."""
    return {mark.tag for mark in find_marks(Folded(text), lexicon("en"))}


@pytest.mark.parametrize(
    ("text", "standing"),
    [
        ("a rare earths deal", {"act.supply_pact", "good"}),
        ("sanctions relief", {"act.sanction", "op.ease"}),
        ("a ban on Russian oil", {"actor.country", "good"}),
    ],
)
def test_an_act_hides_neither_its_verb_nor_what_it_is_about(text: str, standing: set[str]) -> None:
    """The words of an act that say what becomes of it, or on what, count as well."""
    assert standing <= tags(text)


def test_a_longer_act_hides_the_shorter_in_it() -> None:
    """An export ban is one act, not a ban beside an export."""
    found = tags("an export ban")
    assert "act.control" in found
    assert not found & {"act.restrict", "trade.export"}


def test_a_look_alike_kills_what_it_holds() -> None:
    """Air traffic control is no control of exports."""
    assert not any(tag.startswith("act.") for tag in tags("air traffic control"))


def test_a_part_of_an_entry_with_a_gap_is_no_verb_of_its_own() -> None:
    """Who revokes a licence restricts; who revokes a ban lifts it."""
    file = LanguageFile.model_validate(
        {
            "language": "xx",
            "name": "X",
            "common": list("abc"),
            "acts": {},
            "operators": {"impose": ["revokes ... licence"], "end": ["revokes"]},
            "trade": {},
        }
    )
    entries = ((meaning, form) for meaning, entry in entries_of(file) for form in parse(entry))
    words = Lexicon(file, entries)

    def marked(text: str) -> set[str]:
        return {mark.tag for mark in find_marks(Folded(text), words)}

    assert marked("Berlin revokes the firm's licence") == {"op.impose"}
    assert marked("Berlin revokes the ban") == {"op.end"}
