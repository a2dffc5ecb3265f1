"""OPML 2.0 (opml.org/spec2.opml): lists of feeds, as every feed reader writes and reads them."""

import re
from collections.abc import Iterable, Iterator

from lxml import etree  # type: ignore[import-untyped]  # it publishes no types

from services.ingest.addresses import NotAnAddress, canonical_url
from services.ingest.discover import name_of
from services.ingest.sources.reader import ChangedShape
from services.ingest.sources.xml import local_name, read_root
from services.ingest.spec import NotASource, SourceSpec, SourceType, read_spec
from services.runtime.failure import Transient


class OpmlError(ValueError):
    """The document is no list of feeds; the message says why, in one line."""


def read_opml(body: bytes) -> tuple[list[SourceSpec], list[str]]:
    """Return the feeds of a list, each address once, and what could not be read, a line each. Raises OpmlError."""
    try:
        root = read_root(body)
    except (ChangedShape, Transient) as error:
        raise OpmlError(str(error)) from None
    if local_name(root) != "opml":
        raise OpmlError(f"not OPML but <{local_name(root)}>: give a list of feeds as a feed reader exports it")
    specs: dict[str, SourceSpec] = {}
    problems: list[str] = []
    ids: set[str] = set()
    for outline, packs in _outlines(root, ()):
        url = (outline.get("xmlUrl") or "").strip()
        try:
            address = canonical_url(url)
            if address in specs:
                continue
            spec = _spec(outline, url, packs, ids)
        except (NotAnAddress, NotASource) as error:
            problems.append(f"{(outline.get('text') or url)[:100]!r}: {error}")
            continue
        specs[address] = spec
        ids.add(spec.id)
    return list(specs.values()), problems


def _outlines(element: etree._Element, packs: tuple[str, ...]) -> Iterator[tuple[etree._Element, tuple[str, ...]]]:
    """Give every outline that is a feed, with the folders around it as packs."""
    for one in element:
        if local_name(one) == "outline" and one.get("xmlUrl") is not None:
            yield one, packs
        elif local_name(one) in {"outline", "body"}:
            folder = _pack(one.get("text") or one.get("title") or "")
            yield from _outlines(one, (*packs, folder) if folder else packs)


def _pack(text: str) -> str | None:
    name = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40]
    return name if re.fullmatch(r"[a-z][a-z0-9-]{1,39}", name) else None


def _spec(outline: etree._Element, url: str, packs: tuple[str, ...], taken: set[str]) -> SourceSpec:
    name = outline.get("title") or outline.get("text") or ""
    document = {
        "id": _free(name_of(url), taken),
        "type": SourceType.FEED.value,
        "url": url,
        "name": " ".join(name.split())[:300],
        "packs": packs,
    }
    return read_spec({**document, **({"language": outline.get("language")} if outline.get("language") else {})})


def _free(name: str, taken: set[str]) -> str:
    return next(one for one in (name, *(f"{name}-{number}" for number in range(2, 10_000))) if one not in taken)


def write_opml(specs: Iterable[SourceSpec], title: str) -> bytes:
    """Return the feeds among these sources as OPML, a folder for each language."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = title
    body = etree.SubElement(root, "body")
    folders: dict[str, etree._Element] = {}
    for spec in sorted(specs, key=lambda one: (one.language or "", one.id)):
        if spec.type is not SourceType.FEED:
            continue
        language = spec.language or "any"
        folder = folders.get(language)
        if folder is None:
            folder = folders[language] = etree.SubElement(body, "outline", text=language)
        name = spec.name or spec.id
        etree.SubElement(
            folder, "outline", type="rss", text=name, title=name, xmlUrl=spec.url or "", language=spec.language or ""
        )
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written
