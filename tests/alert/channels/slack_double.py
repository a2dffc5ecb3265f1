"""Slack's incoming webhook as its documentation describes it: limits, control sequences, errors.

Written from docs.slack.dev: "Blocks", "Text object", "Formatting message text", "Sending messages using incoming
webhooks". It answers with Slack's words and keeps what a reader would see.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from tests.alert.channels.http_double import Reply, Request

MAX_BLOCKS, HEADER, SECTION, FIELD, FIELDS, ELEMENTS, TOTAL, TEXT = 50, 150, 3000, 2000, 10, 10, 13_000, 40_000

_CONTROL = re.compile(r"<([^<>]*)>")
_ENTITY = re.compile(r"&(?!(amp|lt|gt);)")
_EMPHASIS = re.compile(r"[*_~`]")


class Refused(Exception):  # noqa: N818 - a word of Slack, not an error of ours
    """Slack's word for what is wrong."""


@dataclass
class SlackDouble:
    """The rule for an `HttpDouble`."""

    shown: list[dict[str, Any]] = field(default_factory=list)
    refuse_blocks: str | None = None
    links: list[str] = field(default_factory=list)
    mentions: list[str] = field(default_factory=list)

    def __call__(self, request: Request) -> Reply:
        """Answer one post."""
        try:
            payload = json.loads(request.body.decode("utf-8"))
            self._check(payload)
        except (UnicodeDecodeError, json.JSONDecodeError):
            return Reply(400, b"invalid_payload")
        except Refused as error:
            return Reply(400, str(error).encode())
        self.shown.append(payload)
        return Reply(200, b"ok")

    def _check(self, payload: dict[str, Any]) -> None:
        if not payload.get("text"):
            raise Refused("no_text")
        self._parse(payload["text"], TEXT)
        blocks = payload.get("blocks", [])
        if blocks and self.refuse_blocks:
            raise Refused(self.refuse_blocks)
        if len(blocks) > MAX_BLOCKS:
            raise Refused("invalid_blocks")
        total = sum(self._block(block) for block in blocks)
        if total > TOTAL:
            raise Refused("msg_blocks_too_long")

    def _block(self, block: dict[str, Any]) -> int:
        match block["type"]:
            case "header":
                if block["text"]["type"] != "plain_text":
                    raise Refused("invalid_blocks")
                return self._text(block["text"], HEADER)
            case "section":
                return self._section(block)
            case "context":
                if not 1 <= len(block["elements"]) <= ELEMENTS:
                    raise Refused("invalid_blocks")
                return sum(self._text(each, FIELD) for each in block["elements"])
            case _:
                raise Refused("invalid_blocks")

    def _section(self, block: dict[str, Any]) -> int:
        fields = block.get("fields", [])
        if len(fields) > FIELDS or not ("text" in block or fields):
            raise Refused("invalid_blocks")
        used = self._text(block["text"], SECTION) if "text" in block else 0
        return used + sum(self._text(each, FIELD) for each in fields)

    def _text(self, element: dict[str, Any], limit: int) -> int:
        text = element["text"]
        if element["type"] not in {"plain_text", "mrkdwn"} or not 1 <= len(text) <= limit:
            raise Refused("invalid_blocks")
        self._parse(text, limit)
        if element["type"] == "plain_text" and _CONTROL.search(text):
            raise Refused("invalid_blocks")
        return len(text)

    def _parse(self, text: str, limit: int) -> None:
        """Read text as Slack does: what stands in angle brackets is a link or a mention."""
        if len(text) > limit:
            raise Refused("invalid_blocks")
        if _ENTITY.search(text) or text.count("<") != text.count(">"):
            raise Refused("invalid_payload")
        for inside in _CONTROL.findall(text):
            (self.mentions if inside[:1] in "!@#" else self.links).append(inside)


def emphasised(text: str) -> bool:
    """Tell whether anything in a text could be emphasis or code."""
    return bool(_EMPHASIS.search(text))
