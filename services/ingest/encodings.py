"""Bytes to text: what the bytes show, then what the server, the document and its meta tag declare."""

import codecs
import re
from email.message import Message

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_XML_DECLARATION = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})[\"']")
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_HEAD = 4096
# Browsers read these labels as the wider code they were always used for (WHATWG Encoding Standard, section 4.2).
_WIDER = {
    "ascii": "windows-1252",
    "us-ascii": "windows-1252",
    "iso-8859-1": "windows-1252",
    "latin-1": "windows-1252",
    "latin1": "windows-1252",
    "iso-8859-9": "windows-1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "shift_jis": "cp932",
    "x-sjis": "cp932",
    "big5": "big5hkscs",
}
# These write other scripts in 7-bit bytes, or every letter in two: valid UTF-8 says nothing against them.
_STATEFUL = ("iso2022", "hz", "utf-16", "utf-32")
_ZERO_BYTES = ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))


def to_text(body: bytes, content_type: str = "") -> str:
    """Return the text of a feed or page, never raising: what cannot be read becomes U+FFFD.

    Bytes that are valid UTF-8 and not all ASCII are UTF-8 whatever is declared: no other encoding gives that by chance.
    """
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    for start, name in _ZERO_BYTES:
        if body.startswith(start):
            return body.decode(name, "replace")
    declared = declared_encoding(body, content_type)
    if not declared.startswith(_STATEFUL):
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError:
            pass
    return body.decode(declared if declared != "utf-8" else _least_bad(body), "replace")


def declared_encoding(body: bytes, content_type: str = "") -> str:
    """Return the Python name of the declared encoding: HTTP first (RFC 7303, section 3), then XML, then meta."""
    header = Message()
    header["content-type"] = content_type or "text/plain"
    named = header.get_content_charset()
    if not named or not _known(named):
        head = body[:_HEAD]
        match = _XML_DECLARATION.search(head) or _META.search(head)
        named = match[1].decode("ascii") if match else "utf-8"
    return _known(named) or "utf-8"


def _known(name: str) -> str | None:
    wider = _WIDER.get(name.strip().lower(), name.strip().lower())
    try:
        return codecs.lookup(wider).name
    except (LookupError, ValueError):
        return None


def _least_bad(body: bytes) -> str:
    """Choose for text that says UTF-8 and is not: mostly UTF-8 with a broken byte, or Western European."""
    broken = body.decode("utf-8", "replace").count("\ufffd")
    high = sum(byte >= 0x80 for byte in body)  # noqa: PLR2004 - bytes beyond ASCII
    return "utf-8" if broken * 4 <= high else "cp1252"
