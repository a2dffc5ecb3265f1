"""Who supplies the world with what: shares of producing countries, each with its source and year (pure data).

In per cent of the world's output, rounded, the largest producers only; a country that is not listed has a smaller
share. Where output says little of what others can buy, the share is one of exports, and `of` says so.
"""

from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

from schemas.countries import members
from services.alert.goods import lineage


class Supply(NamedTuple):
    """The large producers of one good: per cent of the world by country code."""

    of: str
    """What is counted: `mine production`, `exports`."""
    year: int
    source: str
    shares: dict[str, int]


_USGS = "USGS Mineral Commodity Summaries 2025"
_IGU = "IGU World LNG Report 2024"
_EI = "Energy Institute Statistical Review of World Energy 2024"
_USDA = "USDA Foreign Agricultural Service, Production, Supply and Distribution"
_FAO = "FAOSTAT, Crops and livestock products"
_WNA = "World Nuclear Association, World Uranium Mining Production"
_IEA_SOLAR = "IEA Special Report on Solar PV Global Supply Chains 2022"
_DOE = "US Department of Energy, Rare Earth Permanent Magnets Supply Chain Assessment 2022"
_SIA = "SIA and BCG, Emerging Resilience in the Semiconductor Supply Chain 2024"
_EU = "European Commission, Study on the Critical Raw Materials for the EU 2023"

SUPPLY: dict[str, Supply] = {
    "aluminium": Supply("smelter production", 2024, _USGS, {"CN": 60, "IN": 6, "RU": 5, "CA": 5, "AE": 4}),
    "antimony": Supply("mine production", 2024, _USGS, {"CN": 60, "TJ": 17}),
    "bauxite": Supply("mine production", 2024, _USGS, {"GN": 29, "AU": 22, "CN": 21, "BR": 7, "ID": 7}),
    "bismuth": Supply("refinery production", 2024, _USGS, {"CN": 81}),
    "chromium": Supply("mine production", 2024, _USGS, {"ZA": 45, "TR": 17, "KZ": 14, "IN": 9}),
    "cobalt": Supply("mine production", 2024, _USGS, {"CD": 76, "ID": 10}),
    "cocoa": Supply("production of beans", 2022, _FAO, {"CI": 38, "GH": 19, "ID": 11}),
    "coffee": Supply("production of green coffee", 2022, _FAO, {"BR": 29, "VN": 18}),
    "copper": Supply("mine production", 2024, _USGS, {"CL": 23, "CD": 14, "PE": 11, "CN": 8, "ID": 5, "US": 5}),
    "crude-oil": Supply("production", 2023, _EI, {"US": 20, "SA": 12, "RU": 12, "CA": 6, "IR": 5, "IQ": 5, "CN": 4}),
    "fluorspar": Supply("mine production", 2024, _USGS, {"CN": 62, "MX": 13, "MN": 13}),
    "gallium": Supply("primary production", 2024, _USGS, {"CN": 99}),
    "germanium": Supply("refinery production", 2020, _EU, {"CN": 83}),
    "graphite": Supply("mine production of natural graphite", 2024, _USGS, {"CN": 79, "MG": 6, "MZ": 5, "BR": 4}),
    "indium": Supply("refinery production", 2024, _USGS, {"CN": 70, "KR": 17, "JP": 6}),
    "iron-ore": Supply("mine production", 2024, _USGS, {"AU": 37, "BR": 18, "CN": 11, "IN": 11}),
    "lithium": Supply("mine production", 2024, _USGS, {"AU": 37, "CL": 20, "CN": 17, "ZW": 9, "AR": 8}),
    "lng": Supply("exports", 2023, _IGU, {"US": 21, "AU": 20, "QA": 19, "RU": 8, "MY": 7}),
    "magnesium": Supply("smelter production of metal", 2024, _USGS, {"CN": 95}),
    "magnets": Supply("production of sintered neodymium magnets", 2020, _DOE, {"CN": 92, "JP": 7}),
    "maize": Supply("production, 2023/24", 2023, _USDA, {"US": 32, "CN": 23, "BR": 10}),
    "manganese": Supply("mine production", 2024, _USGS, {"ZA": 37, "GA": 23, "AU": 14}),
    "natural-gas": Supply("production", 2023, _EI, {"US": 26, "RU": 14, "IR": 6, "CN": 6, "CA": 5, "QA": 4}),
    "nickel": Supply("mine production", 2024, _USGS, {"ID": 59, "PH": 9, "RU": 6, "CA": 5}),
    "niobium": Supply("mine production", 2024, _USGS, {"BR": 91, "CA": 6}),
    "palladium": Supply("mine production", 2024, _USGS, {"RU": 39, "ZA": 38, "CA": 8}),
    "palm-oil": Supply("production, 2023/24", 2023, _USDA, {"ID": 59, "MY": 25, "TH": 4}),
    "phosphates": Supply("mine production of rock", 2024, _USGS, {"CN": 46, "MA": 13, "US": 8, "RU": 6}),
    "platinum-group-metals": Supply("mine production of platinum", 2024, _USGS, {"ZA": 71, "ZW": 11, "RU": 11}),
    "polysilicon": Supply("production capacity", 2021, _IEA_SOLAR, {"CN": 79}),
    "potash": Supply("mine production", 2024, _USGS, {"CA": 31, "RU": 19, "BY": 15, "CN": 13}),
    "rare-earths": Supply("mine production", 2024, _USGS, {"CN": 69, "US": 12, "MM": 8}),
    "rice": Supply("exports, 2022/23", 2022, _USDA, {"IN": 39, "TH": 16, "VN": 15, "PK": 8}),
    "semiconductors": Supply(
        "capacity of wafer plants", 2022, _SIA, {"CN": 24, "TW": 18, "KR": 17, "JP": 17, "US": 10}
    ),
    "solar-panels": Supply("production capacity of modules", 2021, _IEA_SOLAR, {"CN": 75}),
    "soybeans": Supply("production, 2023/24", 2023, _USDA, {"BR": 39, "US": 29, "AR": 12}),
    "sugar": Supply("production, 2023/24", 2023, _USDA, {"BR": 25, "IN": 19}),
    "tantalum": Supply("mine production", 2024, _USGS, {"CD": 42, "RW": 17, "NG": 19}),
    "tellurium": Supply("refinery production", 2024, _USGS, {"CN": 77}),
    "tin": Supply("mine production", 2024, _USGS, {"CN": 23, "ID": 17, "MM": 11, "PE": 10}),
    "titanium": Supply("production of sponge", 2024, _USGS, {"CN": 69, "JP": 17, "RU": 6}),
    "tungsten": Supply("mine production", 2024, _USGS, {"CN": 83}),
    "uranium": Supply("mine production", 2022, _WNA, {"KZ": 43, "CA": 15, "NA": 11, "AU": 9}),
    "vanadium": Supply("mine production", 2024, _USGS, {"CN": 70, "RU": 21}),
    "wheat": Supply("exports, 2023/24", 2023, _USDA, {"RU": 25, "EU": 17, "CA": 12, "AU": 9}),
    "zinc": Supply("mine production", 2024, _USGS, {"CN": 33, "PE": 11, "AU": 9}),
}


class Share(NamedTuple):
    """What these countries supply together of one good: per cent of the world, and by what count."""

    good: str
    percent: int
    supply: Supply


@lru_cache(maxsize=10_000)
def largest_share(goods: tuple[str, ...], countries: tuple[str, ...]) -> Share | None:
    """Return the good of which these countries supply most; None where no good is in the table.

    A bloc supplies what its members do, where it has no share of its own. A good without a row is counted as the
    nearest wider one that has one, as far as the taxonomy's tree goes.
    """
    found = [share for good in goods for share in _shares(good, countries)]
    return max(found, key=lambda share: (share.percent, share.good), default=None)


def _shares(good: str, countries: Collection[str]) -> list[Share]:
    known = next((one for one in lineage(good) if one in SUPPLY), None)
    if known is None:
        return []
    supply = SUPPLY[known]
    meant = {code for one in countries for code in ((one,) if one in supply.shares else (one, *members(one)))}
    return [Share(known, sum(supply.shares.get(code, 0) for code in meant), supply)]
