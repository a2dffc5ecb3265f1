"""The notation of entries: what each form finds and what it does not."""

import pytest

from services.classify.languages.entries import entry_fault, parse
from services.classify.languages.lexicon import Lexicon, Meaning
from services.classify.languages.schema import LanguageFile
from services.classify.marks import find_marks
from services.classify.normalise import Folded


def found(entry: str, text: str, **language: object) -> list[str]:
    """Return what one entry finds in a text."""
    data = {"language": "xx", "name": "X", "common": list("abc"), "acts": {}, "operators": {}, "trade": {}, **language}
    lexicon = Lexicon(LanguageFile.model_validate(data), ((Meaning("act.control"), form) for form in parse(entry)))
    marks = find_marks(Folded(text), lexicon)
    return [text[mark.start : mark.end] for mark in marks]


@pytest.mark.parametrize(
    ("entry", "text", "quotes"),
    [
        ("ban", "a ban, urban banks, Ban-lifting", ["ban", "Ban"]),
        ("sanction*", "Sanctions and unsanctioned", ["Sanctions"]),
        ("*verbot", "das Exportverbot, Exportverbote", ["Exportverbot"]),
        ("*verbot*", "Exportverbote", ["Exportverbote"]),
        ("export* control*", "exporting controls; export of controls", ["exporting controls"]),
        ("put ... on hold", "put the new rules on hold", ["put the new rules on hold"]),
        ("put ... on hold", "put one two three four five six seven on hold", []),
        ("(ban|curb) on exports", "curb on exports, a ban on exports", ["curb on exports", "ban on exports"]),
        ("export ban", "after exports, ban or not", []),
        ("put ... on hold", "It was put off. Nothing is on hold", []),
        ("(the |)list", "the list; list", ["the list", "list"]),
        ("export(s|ed)", "exports, exported, exporting", ["exports", "exported"]),
        ("=US", "the US told us", ["US"]),
        ("=I", "I say it Is so", ["I"]),
        ("=طالب", "طالب و طالبان", ["طالب"]),
    ],
)
def test_what_an_entry_finds(entry: str, text: str, quotes: list[str]) -> None:
    """Each notation finds what the README says, words whole."""
    assert found(entry, text) == quotes


def test_clitics_and_endings_belong_to_the_language() -> None:
    """Prefixes may stand before any entry and endings after those without a star."""
    assert found("عقوبات", "وبالعقوبات", prefixes=["وبال"]) == ["عقوبات"]
    assert found("수출", "수출을 수출입", endings=["을"]) == ["수출을"]


def test_a_half_space_may_be_lost() -> None:
    """An entry with a half-space is found with it, with a space, and with nothing there."""
    texts = ["نیمه\u200cرسانا", "نیمه رسانا", "نیمهرسانا"]
    assert [found("نیمه\u200cرسانا", text) for text in texts] == [[text] for text in texts]


def test_unspaced_writing_finds_anywhere() -> None:
    """In Chinese an entry is found in the middle of a run of characters, and `...` bridges characters."""
    assert found("出口管制", "宣布对镓实施出口管制措施", writing="unspaced") == ["出口管制"]
    assert found("将 ... 列入", "将美国两家企业列入名单", writing="unspaced") == ["将美国两家企业列入"]


@pytest.mark.parametrize("entry", ["", " ban", "(ban", "ban)", "((a|b))", "... ban", "ban ...", "*", "ex*port", "a =B"])
def test_a_wrong_entry_is_told(entry: str) -> None:
    """Every mistake in the notation has a fault that says what to do."""
    assert entry_fault(entry)


def test_choices_side_by_side_add_up_in_writing_without_spaces() -> None:
    """They are cut where they meet, find the same, and need no piece for each combination."""
    entry = "第(六|七|八|十一|十二)(轮|批|套|波)(制裁|限制|禁令)"
    pieces = {piece.literal for form in parse(entry) for place in form.places for piece in place}
    assert len(pieces) < 5 * 4 * 3
    text = "欧盟通过第十二批制裁。第九批制裁，第六轮禁令。"
    assert found(entry, text, writing="unspaced") == ["第十二批制裁", "第六轮禁令"]
