"""An alert as Slack's Block Kit, within its limits, with nothing from an article that Slack could take for markup.

Limits (docs.slack.dev, "Blocks" and "Text object"): 50 blocks, header 150 characters, section 3,000, ten fields of
2,000, ten context elements; beyond roughly 13,000 characters in all Slack answers `msg_blocks_too_long`.
"""

from typing import Any

from services.alert.channels.contract import Message
from services.alert.channels.facts import Evidence, Facts, Link, facts
from services.alert.channels.plain_text import isolated, shortened

Block = dict[str, Any]

_HEADER, _SECTION, _FIELD, _CONTEXT, _TOTAL = 150, 2900, 1200, 1900, 12_000
_REASONS, _NAME, _URL, _TEXT = 800, 200, 800, 1000
_MARKS = {"low": "⚪", "medium": "🟡", "high": "🟠", "critical": "🔴"}

# Slack has no escape for its own emphasis, so its marks become their typographic neighbours.
_LOOKALIKES = str.maketrans({"*": "\u2217", "_": "\u02cd", "~": "\u223c", "`": "\u02cb"})


def slack_payload(message: Message) -> dict[str, Any]:
    """Return the body of one incoming-webhook call; it always fits."""
    told = facts(message)
    return {
        "text": fallback(told),
        "mrkdwn": False,
        "unfurl_links": False,
        "unfurl_media": False,
        "blocks": _fitting(told),
    }


def plain_payload(message: Message) -> dict[str, Any]:
    """Return the shortest form, for a Slack that refuses the blocks: headline, link, nothing else."""
    told = facts(message)
    return {"text": fallback(told), "mrkdwn": False, "unfurl_links": False, "unfurl_media": False}


def fallback(told: Facts) -> str:
    """Return the text of notifications and screen readers."""
    return f"{_inert_within(told.headline, _TEXT)} [{told.severity}] {told.url}"


def escaped(text: str) -> str:
    """Escape Slack's three control characters (docs.slack.dev, "Formatting message text"): no `<!channel>`, no link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def inert(text: str) -> str:
    """Return text that means nothing to Slack's mrkdwn: control characters escaped, emphasis marks replaced."""
    return escaped(text.translate(_LOOKALIKES))


def _fitting(told: Facts) -> list[Block]:
    """Leave out quotes, the last first, until the whole fits; the link to all of it stands in the summary."""
    for quotes in range(len(told.evidence), -1, -1):
        blocks = _blocks(told, quotes)
        if sum(_size(block) for block in blocks) <= _TOTAL:
            return blocks
    return _head(told)


def _size(block: Block) -> int:
    texts = [block.get("text"), *block.get("fields", ()), *block.get("elements", ())]
    return sum(len(each["text"]) for each in texts if each)


def _blocks(told: Facts, quotes: int) -> list[Block]:
    blocks = [*_head(told), {"type": "section", "fields": [_field(*line) for line in _lines(told)]}]
    for quote in told.evidence[:quotes]:
        blocks += _quoted(quote)
    if told.sources:
        blocks.append(_context(_mrkdwn(_joined("*Sources* ", [_link(source) for source in told.sources], _CONTEXT))))
    if told.because:
        blocks.append(_context(_plain("Because: " + " | ".join(told.because), _CONTEXT)))
    if told.may_repeat:
        again = "Sent again: Slack did not confirm an earlier attempt, so you may see this twice."
        blocks.append(_context(_plain(again, _CONTEXT)))
    return blocks


def _head(told: Facts) -> list[Block]:
    header = {"type": "header", "text": _plain(told.headline, _HEADER)}
    whole = {"type": "section", "text": _plain(told.headline, _SECTION)}
    summary = {"type": "section", "text": _mrkdwn(_summary(told))}
    return [header, summary] if len(escaped(told.headline)) <= _HEADER else [header, whole, summary]


def _summary(told: Facts) -> str:
    reasons = f" ({_inert_within('; '.join(told.severity_reasons), _REASONS)})" if told.severity_reasons else ""
    mark = _MARKS.get(told.severity, "")
    return (
        f"{mark} *{inert(told.what)}* · severity *{told.severity}*{reasons}\n<{escaped(told.url)}|History and sources>"
    )


def _lines(told: Facts) -> list[tuple[str, str]]:
    lines = {
        "Who": told.who,
        "Goods": ", ".join(told.goods),
        "Effective": told.effective_on,
        "Act": told.instrument,
        "Named": ", ".join(told.entities),
        "Changed": "; ".join(told.changes),
    }
    return [(name, text) for name, text in lines.items() if text]


def _field(name: str, text: str) -> Block:
    return _mrkdwn(f"*{name}*\n{_inert_within(text, _FIELD)}")


def _quoted(quote: Evidence) -> list[Block]:
    language = f" ({quote.language_name})" if quote.language_name else ""
    source = _link(Link(quote.source, quote.url, None))
    return [
        {"type": "section", "text": _plain(isolated(f"“{quote.text}”", quote.language), _SECTION)},
        _context(_mrkdwn(source + inert(language))),
    ]


def _link(source: Link) -> str:
    name = _inert_within(source.name, _NAME)
    url = escaped(source.url) if source.url else None
    return f"<{url}|{name}>" if url and len(url) <= _URL else name


def _context(element: Block) -> Block:
    return {"type": "context", "elements": [element]}


def _plain(text: str, limit: int) -> Block:
    """Return plain text within the limit, counted after escaping."""
    return {"type": "plain_text", "text": _within(text, limit), "emoji": False}


def _mrkdwn(text: str) -> Block:
    """Return markup of our own labels and inert text; `verbatim` keeps Slack from finding links and names in it."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _inert_within(text: str, limit: int) -> str:
    return _within(text.translate(_LOOKALIKES), limit)


def _within(text: str, limit: int) -> str:
    whole = escaped(text)
    return whole if len(whole) <= limit else escaped(shortened(text, _room(text, limit)))


def _room(text: str, limit: int) -> int:
    """Return how many characters of the text fit once each is escaped, with one left for the ellipsis."""
    used = 1
    for count, letter in enumerate(text):
        used += len(escaped(letter))
        if used > limit:
            return count
    return len(text)


def _joined(label: str, parts: list[str], limit: int) -> str:
    """Join as many whole parts as fit: no link is cut in two."""
    text = label
    for count, part in enumerate(parts):
        longer = text + (", " if count else "") + part
        if len(longer) > limit:
            return text + " …"
        text = longer
    return text
