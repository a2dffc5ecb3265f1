"""HTML to plain text, and the repair of text whose encoding was lost on the way."""

import html
import re
from collections.abc import Iterator

import ftfy
from ftfy.badness import is_bad
from lxml import etree  # type: ignore[import-untyped]  # it publishes no types

_MARKUP = re.compile(r"<[a-zA-Z/!?][^>]*>|&(?:#\d+|#[xX][0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]{1,31});")
_SILENT = frozenset({"script", "style", "noscript", "template", "svg", "iframe", "object", "head", "button", "select"})
_FURNITURE = frozenset({"nav", "header", "footer", "aside", "form"})
_BLOCKS = frozenset({
    "address", "article", "blockquote", "body", "br", "caption", "dd", "div", "dl", "dt", "figcaption", "figure", "h1",
    "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre", "section", "table", "td", "th", "tr",
    "ul",
})  # fmt: skip
# Control characters, and halves of surrogate pairs: no text means them and PostgreSQL, JSON or Kafka refuse them.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")


def printable(text: str) -> str:
    """Drop what no text means: control characters; a lone surrogate becomes U+FFFD."""
    return _LONE_SURROGATE.sub("\ufffd", _UNPRINTABLE.sub("", text))


def repaired(text: str) -> str:
    """Return the text with mojibake undone, only where it looks broken: a wrong repair would be worse than none."""
    return ftfy.fix_encoding(text) if is_bad(text) else text


def plain_line(markup: str) -> str:
    """Return one line of plain text, as for a title."""
    return " ".join(plain_text(markup).split())


def plain_text(markup: str, *, furniture: bool = True) -> str:
    """Return the text of an HTML fragment, a line for each block, without scripts; text without markup stays.

    `furniture` keeps what surrounds an article on a page: navigation, headers, footers, forms.
    """
    text = markup
    if _MARKUP.search(markup):
        root = _parse(f"<div>{printable(markup)}</div>")
        text = "".join(_pieces(root, _SILENT if furniture else _SILENT | _FURNITURE)) if root is not None else ""
    return tidy(repaired(printable(html.unescape(text) if "&" in text else text)))


def tidy(text: str) -> str:
    """Collapse spaces inside lines and empty lines between them."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def page(markup: str) -> tuple[str, str]:
    """Return title and text of a whole HTML page: its article or main part where it names one."""
    root = _parse(printable(markup))
    if root is None:
        return "", ""
    title = root.findtext(".//title") or root.findtext(".//h1") or ""
    for where in (".//article", ".//main", ".//body"):
        part = root.find(where)
        text = tidy("".join(_pieces(part, _SILENT | _FURNITURE))) if part is not None else ""
        if text:
            return plain_line(html.escape(title, quote=False)), repaired(text)
    return plain_line(html.escape(title, quote=False)), ""


def _parse(markup: str) -> etree._Element | None:
    parser = etree.HTMLParser(remove_comments=True, remove_pis=True, no_network=True, encoding="utf-8")
    try:
        return etree.fromstring(markup.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return None


def _pieces(element: etree._Element, left_out: frozenset[str]) -> Iterator[str]:
    """Give the text in order; the tree is at most 256 deep, libxml2's own limit."""
    if element.tag in left_out:
        return
    block = element.tag in _BLOCKS
    if block:
        yield "\n"
    yield element.text or ""
    for child in element:
        yield from _pieces(child, left_out)
        yield child.tail or ""
    if block:
        yield "\n"
