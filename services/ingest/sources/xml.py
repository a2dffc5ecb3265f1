"""XML from outside: no entities, no network, no matter which namespace."""

from lxml import etree  # type: ignore[import-untyped]  # it publishes no types

from services.ingest.sources.reader import ChangedShape
from services.runtime.failure import Transient


def read_root(body: bytes) -> etree._Element:
    """Return the root of a document. Raises ChangedShape where it is no XML, Transient where it breaks off."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        reason = str(error).partition("\n")[0][:200]
        if error.code in _BROKEN_OFF:
            raise Transient(f"it breaks off ({reason})") from None
        raise ChangedShape(f"not XML ({reason}): correct the address, or see what it answers now") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise ChangedShape("it has a DOCTYPE, which no such document needs: not read")
    return root


_BROKEN_OFF = frozenset(
    {
        etree.ErrorTypes.ERR_TAG_NOT_FINISHED,
        etree.ErrorTypes.ERR_GT_REQUIRED,
        etree.ErrorTypes.ERR_LTSLASH_REQUIRED,
    }
)


def local_name(element: etree._Element) -> str:
    """Return the name of an element without its namespace; empty for what is no element."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def child(element: etree._Element, name: str) -> etree._Element | None:
    """Return the first child of that name, whatever its namespace."""
    return next((one for one in element if local_name(one) == name), None)


def text_of(element: etree._Element, *path: str) -> str:
    """Return the text at the end of a path of names, without spaces around it; empty where it does not lead there."""
    at = element
    for name in path:
        found = child(at, name)
        if found is None:
            return ""
        at = found
    return (at.text or "").strip()
