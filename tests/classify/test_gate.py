"""The gates: what lets a page in, in the text's language and in lines of another one."""

import pytest

from services.classify.gate import gates
from services.classify.normalise import Folded

ENGLISH = "The ministry of agriculture said that the harvest was good and that the stores are full for the winter."
SPANISH_ACT = (
    "Pekín prohíbe desde el lunes la exportación de tierras raras a las empresas japonesas, según el ministerio."
)


def places(text: str, language: str | None) -> list[tuple[str, str]]:
    """Return of which language each opener is, and the words where it begins."""
    return [(code, text[place : place + 8]) for place, code in gates().openers(Folded(text), language)]


def test_harmless_news_is_kept_out() -> None:
    """No act, no way in; whether the language is declared or not."""
    assert places(ENGLISH, "en") == places(ENGLISH, None) == []


def test_an_act_in_a_foreign_line_lets_the_page_in() -> None:
    """A page may hold stories in several languages: the Spanish teaser on an English page."""
    text = f"{ENGLISH}\n{SPANISH_ACT}"
    assert {code for code, _ in places(text, "en")} == {"es"}


def test_a_line_in_the_declared_language_is_not_read_in_others() -> None:
    """Sin embargo, says the Spaniard, and means no embargo at all."""
    text = (
        "Sin embargo, el ministro dijo que los productores de las provincias tienen reservas de sobra para el invierno."
    )
    assert places(text, "es") == []


@pytest.mark.parametrize("language", ["en", None, "ga"])
def test_where_an_opener_stands(language: str | None) -> None:
    """Its place is counted in the page as it came, also where the language is none that is read."""
    text = f"{ENGLISH}\nThe government bans exports of gallium, it said on Monday, and gave no reason for the decision."
    found = [words for code, words in places(text, language) if code == "en"]
    assert found
    assert found[0].startswith("bans exp")
