"""The table of goods: whole in every language, its codes right in shape, and its questions answered."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from schemas import commodities as goods
from schemas.names import LANGUAGES

SCHEMAS = Path(goods.__file__).parent
# Ids that others rely on: subscriptions, alerts of the past and the labels that detection is measured by.
RELIED_ON = frozenset(
    """
    aircraft-parts alcoholic-drinks alumina aluminium animal-feed antimony arms barley batteries bauxite beef bismuth
    building-materials cereal-products chemicals chromium coal cobalt coffee copper cotton critical-minerals crude-oil
    dairy diamonds drones dual-use-goods eggs electricity electronics fertiliser food fruit-and-vegetables gallium
    germanium gold grains graphite indium iron-and-steel iron-ore lead lithium livestock lng lpg luxury-goods machinery
    maize manganese meat medical-goods medicines molybdenum natural-gas nickel niobium noble-gases oilseeds onions
    palm-oil petrochemicals plastics potash poultry pulses quantum-computers rare-earths refined-products rice rubber
    salt seafood semiconductor-equipment semiconductor-materials semiconductors software soybeans sugar
    superhard-materials tantalum tapioca telecom-equipment tellurium textiles tin titanium tobacco tungsten uranium
    vaccines vegetable-oils vehicles water wheat wood
    """.split()  # noqa: SIM905 - a list of ids reads best as words
)


@pytest.fixture(scope="module")
def parsed() -> Any:
    """Give commodities.yaml as it is parsed."""
    return yaml.load((SCHEMAS / "commodities.yaml").read_text("utf-8"), yaml.CSafeLoader)


def test_the_generated_table_is_the_edited_one(parsed: Any) -> None:
    """generated/commodities.json is what `make generate` makes of commodities.yaml."""
    assert (SCHEMAS / "generated" / "commodities.json").read_text("utf-8") == goods.compile_table(parsed)
    assert dict(goods.commodities()) == goods.read_table(parsed)


def test_every_id_that_others_rely_on_exists() -> None:
    """No good that was ever reported has lost its id, and there are at least 110."""
    assert set(goods.commodities()) >= RELIED_ON
    assert len(goods.commodities()) >= 110


def test_every_group_has_a_good() -> None:
    """The closed set of groups holds none that is empty."""
    assert {good.group for good in goods.commodities().values()} == set(goods.Group)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_good_has_names_in_every_language(language: str) -> None:
    """Each good can be shown and searched for in each language, and no name begins or ends with a mark."""
    for good in goods.commodities().values():
        assert good.names[language], good.id
        for name in good.names[language]:
            assert name[0].isalnum(), (good.id, name)
            assert not set(name[-1]) & set(" .,;:·・、،-"), (good.id, name)


def test_scripts_are_where_they_belong() -> None:
    """A name in a language of another script has at least one letter of that script."""
    arabic, cyrillic = ("\u0600", "\u06ff"), ("\u0400", "\u04ff")
    hindi, korean, chinese = ("\u0900", "\u097f"), ("가", "힣"), ("\u4e00", "\u9fff")
    blocks = {"ar": arabic, "fa": arabic, "hi": hindi, "ru": cyrillic, "uk": cyrillic, "ko": korean, "zh": chinese}
    latin_everywhere = {"LNG", "LPG"}
    for good in goods.commodities().values():
        for language, (first, last) in blocks.items():
            for name in set(good.names[language]) - latin_everywhere:
                assert any(first <= letter <= last for letter in name), (good.id, language, name)


def test_hs_codes_are_codes() -> None:
    """HS codes have 2, 4 or 6 digits in a chapter that exists; chip design software alone has none."""
    for good in goods.commodities().values():
        for code in good.hs:
            assert code.isdecimal(), good.id
            assert len(code) in (2, 4, 6), good.id
            assert 1 <= int(code[:2]) <= 97, good.id
            assert code[:2] != "77", good.id
    assert {good.id for good in goods.commodities().values() if not good.hs} == {"chip-design-software"}


def test_parents_exist_and_lead_up() -> None:
    """From every good the parents lead to a widest one."""
    for good in goods.commodities().values():
        assert good.id not in goods.ancestors(good.id)
    assert goods.ancestors("wheat") == ("grains", "food")
    assert goods.ancestors("gallium") == ("critical-minerals",)


def test_magnets_are_reported_as_rare_earths() -> None:
    """A finer name counts as the good that is reported, and every other good as itself."""
    assert goods.commodity("magnets").reported_as == "rare-earths"
    assert goods.commodity("gallium").reported_as == "gallium"


@pytest.mark.parametrize(
    ("language", "name", "expected"),
    [
        ("en", "rare earth magnets", "rare-earths"),
        ("en", "dysprosium", "rare-earths"),
        ("en", "aluminum", "aluminium"),
        ("de", "Seltene Erden", "rare-earths"),
        ("ru", "редкоземельных металлов", "rare-earths"),
        ("tr", "nadir toprak elementleri", "rare-earths"),
        ("zh", "光刻机", "semiconductor-equipment"),
        ("zh", "晶片", "semiconductors"),
        ("ja", "液化天然ガス", "lng"),
        ("ko", "불화수소", "semiconductor-materials"),
        ("ar", "زيت النخيل", "palm-oil"),
        ("fa", "گازوئیل", "refined-products"),
        ("hi", "प्याज", "onions"),
        ("id", "bijih nikel", "nickel"),
        ("vi", "đất hiếm", "rare-earths"),
        ("uk", "зерно", "grains"),
        ("pt", "soja", "soybeans"),
    ],
)
def test_newspapers_names_are_known(language: str, name: str, expected: str) -> None:
    """What a newspaper prints leads to the good."""
    assert name in goods.commodity(expected).names[language]


@pytest.mark.parametrize(
    ("language", "word"),
    [
        ("en", "lead"),
        ("fr", "or"),
        ("hi", "चीनी"),
        ("ja", "米"),
        ("ko", "경유"),
        ("vi", "cá"),
        ("vi", "đường"),
        ("tr", "et"),
        ("de", "Tee"),
        ("fr", "avions"),
        ("es", "pienso"),
        ("ja", "ガス"),
    ],
)
def test_words_that_mostly_mean_something_else_are_no_names(language: str, word: str) -> None:
    """English "lead", Hindi "Chinese" and their like are never searched for on their own."""
    assert all(word not in good.names[language] for good in goods.commodities().values())


def test_display_names() -> None:
    """A good is shown by its first name, or by the everyday word that is too ambiguous to search for."""
    assert goods.display_name("rare-earths") == "rare earths"
    assert goods.display_name("lead") == "lead"
    assert goods.display_name("sugar", "hi") == "चीनी"
    assert goods.display_name("gallium", "zh") == "镓"
    assert goods.display_name("gallium", "sv") == "gallium"


def test_an_unknown_good_is_told_in_one_line() -> None:
    """The error names the id and the nearest one there is."""
    with pytest.raises(goods.UnknownCommodity, match=r"^'galium' is no commodity; did you mean 'gallium'\?$"):
        goods.commodity("galium")
    with pytest.raises(goods.UnknownCommodity, match=r"^'zzzzz' is no commodity; there are \d+, such as"):
        goods.ancestors("zzzzz")


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("wheat", "wheat", True),
        ("wheat", "food", True),
        ("critical-minerals", "rare-earths", True),
        ("gallium", "germanium", False),
        ("wheat", "crude-oil", False),
    ],
)
def test_related(a: str, b: str, expected: bool) -> None:
    """A good is related to itself and to what it is a kind of, in either order, and not to its siblings."""
    assert goods.related(a, b) is expected
    assert goods.related(b, a) is expected


def test_an_unknown_good_is_related_to_nothing_we_could_tell() -> None:
    """Asking about an id that does not exist is an error, not a no."""
    with pytest.raises(goods.UnknownCommodity):
        goods.related("wheat", "wheet")


def test_groups_reach_down() -> None:
    """A good is of its own group and of those of the broader goods."""
    assert goods.in_group("nickel", "base-metals")
    assert goods.in_group("nickel", "battery-materials")
    assert goods.in_group("rare-earths", "critical-minerals")
    assert not goods.in_group("wheat", "energy")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("85", "8505.11", True),
        ("8505.11", "85", True),
        ("8505.11.00", "850511", True),
        ("8505", "8506", False),
        ("2846", "850511", False),
        ("", "85", False),
    ],
)
def test_hs_codes_meet_at_any_depth(one: str, other: str, expected: bool) -> None:
    """The shorter code decides how deep two codes are compared; dots say nothing."""
    assert goods.hs_matches(one, other) is expected


def test_goods_are_found_by_hs_code() -> None:
    """One code of the good that meets the one asked for is enough."""
    assert goods.has_hs("rare-earths", "8505.11.10")
    assert not goods.has_hs("rare-earths", "8506")


def _broken(parsed: Any, **change: Any) -> Any:
    table = copy.deepcopy(parsed)
    row = next(row for row in table if row["id"] == "gallium")
    row.update(change)
    return table


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"parent": "nowhere"}, "gallium: its parent 'nowhere' is not in the table"),
        ({"parent": "gallium"}, "gallium: its parents go in a circle"),
        ({"counts_as": "magnets"}, "gallium: what it counts as must not count as yet another good"),
        ({"id": "germanium"}, "an id stands twice"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(parsed: Any, change: dict[str, Any], message: str) -> None:
    """The message names the good and what is wrong with it."""
    with pytest.raises(goods.BadTable, match=message):
        goods.compile_table(_broken(parsed, **change))


def test_a_name_of_two_goods_is_refused(parsed: Any) -> None:
    """No name may stand for two goods, whatever its capitals."""
    row = next(row for row in parsed if row["id"] == "gallium")
    names = {**row["names"], "de": ["Gallium", "GERMANIUM"]}
    with pytest.raises(goods.BadTable, match="already belongs to"):
        goods.compile_table(_broken(parsed, names=names))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hs": ["7701"]}, "hs"),
        ({"hs": ["850"]}, "hs"),
        ({"hs": ["9801"]}, "hs"),
        ({"unspsc": ["1214"]}, "unspsc"),
        ({"group": "sundries"}, "group"),
        ({"names": {"en": ["gallium"]}}, "has no name in ar, de"),
        ({"nmaes": {}}, "nmaes"),
    ],
)
def test_an_entry_of_the_wrong_shape_is_refused(parsed: Any, change: dict[str, Any], message: str) -> None:
    """Every field is checked, and a misspelt one is not passed over."""
    with pytest.raises(ValidationError, match=message):
        goods.compile_table(_broken(parsed, **change))
