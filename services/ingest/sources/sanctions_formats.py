"""The official sanctions lists as their keepers publish them in XML: one shape of entry from four formats.

OFAC: ofac.treasury.gov, Sanctions List Service, SDN.XML and CONSOLIDATED.XML (the namespace changed in 2024, so it is
passed over). EU: webgate.ec.europa.eu/fsd/fsf, xmlFullSanctionsList_1_1. UN: scsanctions.un.org, consolidated.xml.
UK: sanctionslist.fcdo.gov.uk, UK-Sanctions-List.xml.
"""

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from lxml import etree  # type: ignore[import-untyped]  # it publishes no types

from services.ingest.plain_text import plain_line
from services.ingest.sources.reader import ChangedShape
from services.ingest.sources.xml import child, local_name, text_of
from services.runtime.failure import Transient

_MAX_NAME = 200
_EU_PROGRAMMES = {
    "AFG": "Afghanistan",
    "BIH": "Bosnia and Herzegovina",
    "BLR": "Belarus",
    "CAF": "Central African Republic",
    "CHEM": "chemical weapons",
    "COD": "Democratic Republic of the Congo",
    "CYB": "cyber-attacks",
    "GIN": "Guinea",
    "GNB": "Guinea-Bissau",
    "GTM": "Guatemala",
    "HR": "human rights",
    "HTI": "Haiti",
    "IRN": "Iran",
    "IRQ": "Iraq",
    "LBN": "Lebanon",
    "LBY": "Libya",
    "MDA": "Moldova",
    "MLI": "Mali",
    "MMR": "Myanmar",
    "NER": "Niger",
    "NIC": "Nicaragua",
    "PRK": "North Korea",
    "RUS": "Russia",
    "RUSDA": "Russia's destabilising actions",
    "SDN": "Sudan",
    "SOM": "Somalia",
    "SSD": "South Sudan",
    "SYR": "Syria",
    "TAQA": "ISIL and Al-Qaida",
    "TERR": "terrorism",
    "TUN": "Tunisia",
    "TUR": "Türkiye",
    "UKR": "Russia's actions against Ukraine",
    "VEN": "Venezuela",
    "YEM": "Yemen",
    "ZWE": "Zimbabwe",
}
"""What the codes of the EU's regimes stand for (sanctionsmap.eu); one that is not here is shown as it is."""
_UK_TAIL = " (EU Exit)"
"""In the names of most UK regulations; it says how they were made and not whom they hit."""


@dataclass(frozen=True)
class Entry:
    """One person, company or ship on a list."""

    id: str
    name: str
    kind: str
    """As the list says: individual, entity, vessel, …; empty where it does not."""
    programmes: tuple[str, ...]
    """The regimes under which it is listed, as the list names them."""
    countries: tuple[str, ...]
    """Of nationality, seat or flag, as the list writes them."""


@dataclass(frozen=True)
class Format:
    """One keeper's format."""

    keeper: str
    list_name: str
    root: str
    entries: frozenset[str]
    read: Callable[[etree._Element], Entry]
    version: Callable[[etree._Element], str]
    """From the root as far as it has been read."""


@dataclass(frozen=True)
class Version:
    """One version of a list."""

    format: Format
    date: str
    """As the list writes it; empty where it does not."""
    entries: dict[str, Entry]


def read_list(body: bytes) -> Version:
    """Return the list of a document. Raises ChangedShape for anything else, Transient where it breaks off."""
    entries: dict[str, Entry] = {}
    date: str | None = None
    try:
        _, root = next(_events(body, "start"))
        format_ = _format_of(root)
        for _, element in _events(body, "end", [f"{{*}}{name}" for name in format_.entries]):
            entry = format_.read(element)
            if entry.id and entry.name:
                entries[entry.id] = entry
            if date is None:  # it stands before the first entry; looking at each would read the whole list each time
                date = format_.version(element.getroottree().getroot())
            element.clear()
    except etree.XMLSyntaxError as error:
        reason = str(error).partition("\n")[0][:200]
        if entries:
            raise Transient(f"the list breaks off after {len(entries)} entries ({reason})") from None
        raise ChangedShape(f"not XML ({reason}): give the address of the list's XML") from None
    if not entries:
        raise ChangedShape("no entries found in the list: has its format changed?")
    return Version(format_, date or "", entries)


def _events(body: bytes, event: str, tags: Sequence[str] | None = None) -> Iterator[tuple[str, etree._Element]]:
    yield from etree.iterparse(
        io.BytesIO(body),
        events=(event,),
        tag=tags,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )


def _format_of(root: etree._Element) -> Format:
    found = FORMATS.get(local_name(root))
    if found is None:
        known = ", ".join(f"<{name}>" for name in FORMATS)
        raise ChangedShape(f"<{local_name(root)}> is no sanctions list we read ({known})")
    return found


def _all(element: etree._Element, *path: str) -> Iterator[etree._Element]:
    """Give every element at the end of a path of names."""
    if not path:
        yield element
        return
    for one in element:
        if local_name(one) == path[0]:
            yield from _all(one, *path[1:])


def _texts(element: etree._Element, *path: str) -> Iterator[str]:
    return (text for one in _all(element, *path) if (text := (one.text or "").strip()))


def _unique(values: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(plain_line(one)[:_MAX_NAME] for one in values if one and one.strip()))


def _name(*parts: str) -> str:
    return plain_line(" ".join(filter(None, parts)))[:_MAX_NAME]


def _ofac(entry: etree._Element) -> Entry:
    countries = (
        *_texts(entry, "nationalityList", "nationality", "country"),
        *_texts(entry, "citizenshipList", "citizenship", "country"),
        *_texts(entry, "addressList", "address", "country"),
        *_texts(entry, "vesselInfo", "vesselFlag"),
    )
    return Entry(
        text_of(entry, "uid"),
        _name(text_of(entry, "firstName"), text_of(entry, "lastName")),
        text_of(entry, "sdnType").lower(),
        _unique(_texts(entry, "programList", "program")),
        _unique(countries),
    )


def _eu(entry: etree._Element) -> Entry:
    names = list(_all(entry, "nameAlias"))
    strong = next((one for one in names if one.get("strong") == "true"), names[0] if names else None)
    subject = child(entry, "subjectType")
    places = [*_all(entry, "citizenship"), *_all(entry, "address")]
    return Entry(
        entry.get("logicalId") or entry.get("euReferenceNumber") or "",
        _name(strong.get("wholeName", "")) if strong is not None else "",
        subject.get("code", "") if subject is not None else "",
        _unique(_eu_programme(one.get("programme", "")) for one in _all(entry, "regulation")),
        _unique(_eu_country(one) for one in places),
    )


def _eu_programme(code: str) -> str:
    return f"{_EU_PROGRAMMES[code]} ({code})" if code in _EU_PROGRAMMES else code


def _eu_country(place: etree._Element) -> str | None:
    return None if place.get("countryIso2Code") == "00" else place.get("countryDescription")  # 00 is "unknown"


def _un(entry: etree._Element) -> Entry:
    kind = local_name(entry).lower()
    places = (
        *_texts(entry, "NATIONALITY", "VALUE"),
        *_texts(entry, f"{kind.upper()}_ADDRESS", "COUNTRY"),
    )
    names = (text_of(entry, f"{number}_NAME") for number in ("FIRST", "SECOND", "THIRD", "FOURTH"))
    programme = text_of(entry, "UN_LIST_TYPE")
    return Entry(text_of(entry, "DATAID"), _name(*names), kind, _unique([programme]), _unique(places))


def _uk(entry: etree._Element) -> Entry:
    names = list(_all(entry, "Names", "Name"))
    primary = next((one for one in names if text_of(one, "NameType").lower() == "primary name"), None)
    best = primary if primary is not None else (names[0] if names else entry)
    countries = (
        *(one.text for one in entry.iter("{*}Nationality")),
        *_texts(entry, "Addresses", "Address", "AddressCountry"),
        *(one.text for one in entry.iter("{*}CurrentBelievedFlagOfShip")),
    )
    return Entry(
        text_of(entry, "UniqueID"),
        _name(*(text_of(best, f"Name{number}") for number in range(1, 7))),
        text_of(entry, "IndividualEntityShip").lower(),
        _unique(name.replace(_UK_TAIL, "") for name in _texts(entry, "RegimeName")),
        _unique(countries),
    )


FORMATS: dict[str, Format] = {
    one.root: one
    for one in (
        Format(
            "the Office of Foreign Assets Control of the United States",
            "its sanctions list",
            "sdnList",
            frozenset({"sdnEntry"}),
            _ofac,
            lambda root: text_of(root, "publshInformation", "Publish_Date"),
        ),
        Format(
            "the European Union",
            "its consolidated list of financial sanctions",
            "export",
            frozenset({"sanctionEntity"}),
            _eu,
            lambda root: str(root.get("generationDate") or ""),
        ),
        Format(
            "the United Nations Security Council",
            "its consolidated sanctions list",
            "CONSOLIDATED_LIST",
            frozenset({"INDIVIDUAL", "ENTITY"}),
            _un,
            lambda root: str(root.get("dateGenerated") or ""),
        ),
        Format(
            "the United Kingdom",
            "the UK Sanctions List",
            "Designations",
            frozenset({"Designation"}),
            _uk,
            lambda root: text_of(root, "DateGenerated"),
        ),
    )
}
"""By the name of the root element."""
