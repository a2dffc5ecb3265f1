"""YAML files to documents, read so that YAML 1.1 cannot change what was meant."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

MAX_BYTES: Final = 5_000_000


class NotRead(ValueError):  # noqa: N818 - it says what happened to the file
    """A file is no YAML; the message is one line that names the place."""


@dataclass(frozen=True, slots=True)
class Found:
    """One document and where it stands; documents are counted from 1."""

    file: str
    number: int
    value: Any

    @property
    def place(self) -> str:
        """File and document, with the object's kind and id where they are known."""
        value = self.value if isinstance(self.value, dict) else {}
        named = " ".join(str(value[name]) for name in ("kind", "id") if name in value)
        return f"{self.file}, document {self.number}{f' ({named})' if named else ''}"


class _Loader(yaml.SafeLoader):
    """YAML 1.2's core schema (chapter 10.3): Norway's `NO` is a text, and `22:00` is a time of day, not 1320."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][-+]?[0-9]+)?", "-+0123456789"),
    ("merge", r"<<", "<"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first))


def _construct(loader: _Loader, node: yaml.MappingNode) -> Iterator[dict[Any, Any]]:
    """Refuse a key that stands twice: one of the two would be lost without a word."""
    keys = [key.value for key, _ in node.value if key.value != "<<"]
    for key, _ in node.value:
        if keys.count(key.value) > 1:
            raise yaml.constructor.ConstructorError(None, None, f"the key {key.value!r} stands twice", key.start_mark)
    value: dict[Any, Any] = {}
    yield value
    loader.flatten_mapping(node)
    value.update(loader.construct_mapping(node))


_Loader.add_constructor("tag:yaml.org,2002:map", _construct)


def read_yaml(file: str) -> list[Found]:
    """Return the documents of a file; empty ones are passed over. Raises NotRead."""
    try:
        if Path(file).stat().st_size > MAX_BYTES:
            raise NotRead(f"{file} is larger than {MAX_BYTES // 1_000_000} MB; is it configuration?")
        text = Path(file).read_text("utf-8")
        values = list(yaml.load_all(text, _Loader))
    except yaml.YAMLError as error:
        raise NotRead(f"{file}: {_why(error)}") from None
    except UnicodeDecodeError:
        raise NotRead(f"{file} is not UTF-8 text; give a YAML file") from None
    except OSError as error:
        raise NotRead(f"{file}: {error.strerror or error}") from None
    except RecursionError:
        raise NotRead(f"{file} is nested too deeply") from None
    found = [Found(file, number, value) for number, value in enumerate(values, start=1) if value is not None]
    if not found:
        raise NotRead(f"{file} holds no document; begin with `kind: subscription`")
    return found


def _why(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    return f"line {mark.line + 1}, column {mark.column + 1}: {problem}" if mark else str(problem)
