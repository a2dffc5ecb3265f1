"""Messages recorded on 24 November 2026 stay readable for ever: other people's consumers rely on it."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from schemas.alert import Alert
from schemas.export import json_schemas
from schemas.topics import TOPICS, Topic

RECORDED = Path(__file__).parent / "recorded"
BY_NAME: dict[str, Topic[Any]] = {topic.name: topic for topic in TOPICS}
FILES = sorted(path for path in RECORDED.glob("*.json") if path.name != "webhook.v1.json")


def _is_within(old: Any, new: Any) -> bool:
    """Whether everything of the old document still stands in the new one, with the same values."""
    if isinstance(old, dict):
        return isinstance(new, dict) and all(
            name in new and _is_within(value, new[name]) for name, value in old.items()
        )
    if isinstance(old, list):
        return isinstance(new, list) and len(old) == len(new) and all(map(_is_within, old, new))
    return bool(old == new)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_recorded_message_is_read_and_written_as_it_was(path: Path) -> None:
    """Each recorded message parses, and no field of it is lost, renamed or re-typed when it is written again."""
    recorded = json.loads(path.read_text("utf-8"))
    topic = BY_NAME[recorded["topic"]]
    message = topic.model.model_validate_json(json.dumps(recorded["value"]))
    assert topic.key(message) == recorded["key"]
    assert topic.schema == recorded["headers"]["schema"]
    assert _is_within(recorded["value"], json.loads(message.model_dump_json()))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_recorded_message_fits_the_published_schema(path: Path) -> None:
    """The JSON Schema that others validate with accepts it."""
    recorded = json.loads(path.read_text("utf-8"))
    schema = json.loads(json_schemas()[f"{recorded['headers']['schema']}.json"])
    jsonschema.validate(recorded["value"], schema, format_checker=jsonschema.FormatChecker())


def test_a_recorded_webhook_is_still_what_receivers_expect() -> None:
    """The envelope keeps its CloudEvents attributes, and its data is an alert."""
    event = json.loads((RECORDED / "webhook.v1.json").read_text("utf-8"))
    alert = Alert.model_validate_json(json.dumps(event["data"]))
    assert event["specversion"] == "1.0"
    assert event["id"] == alert.id
    assert event["type"] == f"io.chokepoint.alert.{alert.type.value}.v1"


def test_every_topic_but_the_requests_has_a_recording() -> None:
    """A new topic gets a recording of its first message; page requests are written from a later version on."""
    recorded = {json.loads(path.read_text("utf-8"))["topic"] for path in FILES}
    assert {topic.name for topic in TOPICS} - recorded == {"chokepoint.page-requests.v1"}


def test_an_unknown_field_of_a_later_version_is_ignored() -> None:
    """A reader of today takes a message of tomorrow."""
    recorded = json.loads((RECORDED / "articles.v1.json").read_text("utf-8"))
    value = {**recorded["value"], "invented_later": {"by": "someone"}}
    article = BY_NAME[recorded["topic"]].model.model_validate_json(json.dumps(value))
    assert not hasattr(article, "invented_later")
