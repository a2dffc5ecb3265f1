"""The contract for readers in other languages: a JSON Schema for each topic's model."""

import json

from schemas.base import Message
from schemas.topics import TOPICS


def json_schemas() -> dict[str, str]:
    """Return file name -> JSON Schema (draft 2020-12), one for each topic, as they are written on the wire."""
    return {f"{topic.schema}.json": as_json(_schema(topic.model, topic.name)) for topic in TOPICS}


def as_json(document: object) -> str:
    """Return the document as JSON that is the same on every machine."""
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _schema(model: type[Message], topic: str) -> dict[str, object]:
    schema: dict[str, object] = model.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:chokepoint:{topic}", **schema}
