"""The objects that people write in YAML, each kind once: its model, the service that owns it, its place in the API."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from services.cli.errors import one_line
from services.cli.extras import load
from services.cli.session import ServiceName
from services.cli.yaml_files import Found

SECRETS: Final = frozenset({"secret", "previous_secret"})
"""Fields that no API shows, so that they cannot be compared."""


@dataclass(frozen=True)
class ObjectKind:
    """One kind of object; `model` imports the owner's own model when it is first needed."""

    name: str
    service: ServiceName
    path: str
    model: Callable[[], type[BaseModel]]

    @cached_property
    def fields(self) -> frozenset[str]:
        """The keys that a document may have, as they are written."""
        return frozenset(field.alias or name for name, field in self.model().model_fields.items())


def _of_alert(name: str) -> Callable[[], type[BaseModel]]:
    return lambda: getattr(load("services.alert.objects", "alert"), name)


KINDS: Final = {
    kind.name: kind
    for kind in (
        ObjectKind("source", "ingest", "sources", lambda: load("services.ingest.spec", "ingest").SourceSpec),
        ObjectKind("destination", "alert", "destinations", _of_alert("Destination")),
        ObjectKind("subscription", "alert", "subscriptions", _of_alert("Subscription")),
    )
}
"""In the order in which they are made: what is referred to comes first."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One valid object of the files."""

    kind: ObjectKind
    id: str
    document: dict[str, Any]
    """As it was written: what is sent."""
    whole: dict[str, Any]
    """With every default: what is compared."""
    place: str

    @property
    def has_secret(self) -> bool:
        """Whether it holds a secret in itself."""
        return not SECRETS.isdisjoint(self.document)


def check(found: Found) -> tuple[Wanted | None, list[str]]:
    """Return the object of a document, or everything that is wrong with it, a line each."""
    value = found.value
    kind = KINDS.get(str(value.get("kind"))) if isinstance(value, dict) else None
    if kind is None:
        return None, [f"{found.place}: needs `kind`: {', '.join(KINDS)}"]
    try:
        model = kind.model().model_validate(value)
    except ValidationError as error:
        return None, [f"{found.place}: {_problem(one, kind)}" for one in error.errors(include_url=False)]
    whole = comparable(model)
    return Wanted(kind, str(whole["id"]), _jsonable(value), whole, found.place), []


def comparable(model: BaseModel) -> dict[str, Any]:
    """Return every field that an API shows too."""
    shown = model.model_dump(mode="json", by_alias=True)
    return {name: value for name, value in shown.items() if name not in SECRETS}


def _problem(error: Any, kind: ObjectKind) -> str:
    where = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        known = f"; a {kind.name} takes {', '.join(sorted(kind.fields))}" if len(error["loc"]) == 1 else ""
        return f"{where}: no such key{known}; correct or remove it"
    message = error["msg"].removeprefix("Value error, ")
    got = f", not {one_line(error['input'])[:60]!r}" if isinstance(error["input"], str | int | float) else ""
    return f"{where}: {message}{got}" if where else f"{message}"


def _jsonable(value: Any) -> Any:
    """Bring keys to text, as JSON has them."""
    if isinstance(value, dict):
        return {str(key): _jsonable(one) for key, one in value.items()}
    return [_jsonable(one) for one in value] if isinstance(value, list) else value
