"""The table of countries and blocs: whole in every language, its members real, and its questions answered."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from schemas import countries as table
from schemas.names import LANGUAGES

SCHEMAS = Path(table.__file__).parent
BLOCS = frozenset(
    """
    EU UN G7 G20 ECOWAS AFRICAN-UNION ASEAN EAEU OPEC OPEC+ NATO GCC AES QUAD MERCOSUR BRICS SCO CIS SADC EAC
    ARAB-LEAGUE EFTA AUKUS USMCA CPTPP APEC MSP
    """.split()  # noqa: SIM905 - a list of codes reads best as words
)


@pytest.fixture(scope="module")
def parsed() -> Any:
    """Give countries.yaml as it is parsed."""
    return yaml.load((SCHEMAS / "countries.yaml").read_text("utf-8"), yaml.CSafeLoader)


def test_the_generated_table_is_the_edited_one(parsed: Any) -> None:
    """generated/countries.json is what `make generate` makes of countries.yaml."""
    assert (SCHEMAS / "generated" / "countries.json").read_text("utf-8") == table.compile_table(parsed)
    assert dict(table.countries()) == table.read_table(parsed)


def test_every_country_and_bloc_is_there() -> None:
    """The 249 codes of ISO 3166-1, Kosovo and the blocs; Norway, which YAML likes to read as "no", among them."""
    codes = set(table.countries())
    assert codes >= BLOCS
    assert {"NO", "XK", "TW", "HK", "PS"} <= codes
    assert len(codes - BLOCS - {"XK"}) == 249


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_country_has_names_in_every_language(language: str) -> None:
    """Each country and bloc can be shown and searched for in each language."""
    for row in table.countries().values():
        assert row.names[language], row.code
        assert all(name[0].isalnum() for name in row.names[language]), row.code


@pytest.mark.parametrize(
    ("language", "name", "code"),
    [
        ("en", "U.S.", "US"),
        ("en", "America", "US"),
        ("en", "Britain", "GB"),
        ("en", "Ivory Coast", "CI"),
        ("es", "EE. UU.", "US"),
        ("fa", "آمریکا", "US"),
        ("ru", "КНР", "CN"),
        ("ru", "Евросоюз", "EU"),
        ("uk", "ЄС", "EU"),
        ("zh", "美國", "US"),
        ("zh", "台灣", "TW"),
        ("ja", "米国", "US"),
        ("ko", "유엔", "UN"),
        ("pt", "Irã", "IR"),
        ("pt", "Irão", "IR"),
        ("id", "Tiongkok", "CN"),
        ("tr", "ABD", "US"),
        ("vi", "Mỹ", "US"),
        ("hi", "अमेरिका", "US"),
        ("ar", "أميركا", "US"),
        ("fr", "Cédéao", "ECOWAS"),
        ("de", "Niederlande", "NL"),
        ("it", "Cina", "CN"),
    ],
)
def test_newspapers_names_are_known(language: str, name: str, code: str) -> None:
    """What a newspaper prints leads to the country."""
    assert name in table.country(code).names[language]


@pytest.mark.parametrize(
    ("language", "word"),
    [
        ("vi", "Pháp"),
        ("vi", "Anh"),
        ("ru", "Того"),
        ("uk", "Того"),
        ("fa", "مالی"),
        ("ar", "مالي"),
        ("tr", "Mali"),
        ("ja", "マリ"),
        ("ko", "수단"),
        ("es", "Reunión"),
        ("fr", "Maurice"),
        ("it", "Monaco"),
        ("zh", "海地"),
        ("zh", "蒙古"),
        ("ja", "南ア"),
        ("fr", "Grenade"),
        ("fa", "موریس"),
    ],
)
def test_words_that_mostly_mean_something_else_are_no_names(language: str, word: str) -> None:
    """Capitals are not seen by the search, so a common word or first name is never searched for on its own."""
    assert all(word not in row.names[language] for row in table.countries().values())


@pytest.mark.parametrize(
    ("code", "language", "expected"),
    [
        ("US", "en", "the United States"),
        ("CN", "en", "China"),
        ("EU", "en", "the European Union"),
        ("ECOWAS", "en", "ECOWAS"),
        ("CD", "en", "the Democratic Republic of the Congo"),
        ("US", "de", "USA"),
        ("FR", "vi", "Pháp"),
        ("CN", "sv", "China"),
    ],
)
def test_display_names(code: str, language: str, expected: str) -> None:
    """A name stands as a headline has it, with its article in English."""
    assert table.display_name(code, language) == expected


def test_english_names_have_no_article_and_never_fail() -> None:
    """Of a code that only a newer table knows, the code itself is shown."""
    assert table.english_name("US") == "United States"
    assert table.english_name("QQ") == "QQ"


def test_unknown_codes() -> None:
    """A wrong code is told in one line, with the right one where small letters are the fault."""
    assert table.is_code("US")
    assert not table.is_code("us")
    with pytest.raises(table.UnknownCountry, match=r"^'us' is no country or bloc; did you mean 'US'\?$"):
        table.country("us")
    with pytest.raises(table.UnknownCountry, match="use ISO 3166-1 alpha-2 or a bloc"):
        table.display_name("QQ")


def test_members() -> None:
    """Blocs have their members, countries and the UN none."""
    assert len(table.members("EU")) == 27
    assert table.members("EAEU") == ("AM", "BY", "KG", "KZ", "RU")
    assert set(table.members("AES")) & set(table.members("ECOWAS")) == set()
    assert len(table.members("AFRICAN-UNION")) == 55
    assert table.members("UN") == table.members("DE") == table.members("QQ") == ()


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("EU", "DE", True),
        ("DE", "EU", True),
        ({"US", "DE"}, ["EU"], True),
        ({"US"}, {"CA", "US"}, True),
        ("EU", "GB", False),
        ("EU", "NATO", False),
        ("UN", "US", False),
        ((), {"US"}, False),
        ("QQ", "QQ", True),
    ],
)
def test_a_bloc_overlaps_with_its_members(one: Any, other: Any, expected: bool) -> None:
    """Codes overlap when equal or when one is a bloc and the other a member of it, not when two blocs share members."""
    assert table.overlaps(one, other) is expected


def _broken(parsed: Any, **change: Any) -> Any:
    rows = copy.deepcopy(parsed)
    next(row for row in rows if row["code"] == "EFTA").update(change)
    return rows


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"members": ["CH", "QQ"]}, "EFTA: its members QQ are not other rows"),
        ({"members": ["EFTA"]}, "EFTA: its members EFTA are not other rows"),
        ({"code": "EU"}, "a code stands twice"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(parsed: Any, change: dict[str, Any], message: str) -> None:
    """The message names the code and what is wrong with it."""
    with pytest.raises(table.BadTable, match=message):
        table.compile_table(_broken(parsed, **change))


def test_a_name_of_two_countries_is_refused(parsed: Any) -> None:
    """No name may stand for two countries, whatever its capitals."""
    row = next(row for row in parsed if row["code"] == "EFTA")
    with pytest.raises(table.BadTable, match="already belongs to"):
        table.compile_table(_broken(parsed, names={**row["names"], "en": ["EFTA", "CHINA"]}))


@pytest.mark.parametrize("change", [{"code": "us"}, {"members_since": "long ago"}, {"names": {}}, {"capital": "Bern"}])
def test_an_entry_of_the_wrong_shape_is_refused(parsed: Any, change: dict[str, Any]) -> None:
    """Every field is checked, and one that does not exist is not passed over."""
    with pytest.raises(ValidationError):
        table.compile_table(_broken(parsed, **change))
