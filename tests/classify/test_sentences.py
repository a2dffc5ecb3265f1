"""Where a sentence ends."""

import pytest

from services.classify.frame import boilerplate
from services.classify.normalise import Folded
from services.classify.segments import Line, Story
from services.classify.sentences import cut


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fa", "قرارداد تامین ۲.۵ میلیون تن کود امضا شد."),
        ("ar", "وقعت اتفاقية لتوريد ٢.٥ مليون طن من القمح."),
        ("hi", "भारत ने २.५ लाख टन चावल का समझौता किया।"),
        ("en", "The deal covers 2.5 million tonnes of wheat."),
    ],
)
def test_a_decimal_ends_no_sentence(language: str, text: str) -> None:
    """Whichever digits it is written with."""
    story = Story((Line(0, len(text), text),), language, has_title=False, main=True)
    sentences = cut(story, boilerplate().frame(Folded(text)))
    assert [text[one.start : one.end] for one in sentences] == [text]
