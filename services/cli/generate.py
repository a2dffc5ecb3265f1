"""`make generate`: write what is derived from the code, and `--check` that it is as written.

JSON Schemas and AsyncAPI for other languages, the tables of goods and countries compiled from their YAML, and the
list of settings.
"""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, SecretStr
from pydantic_core import PydanticUndefined

from schemas.commodities import compile_table as compile_commodities
from schemas.countries import compile_table as compile_countries
from schemas.export import as_json, json_schemas
from services.runtime.settings import PREFIX, ApiSettings, Settings

ROOT = Path(__file__).resolve().parents[2]
GENERATED = ROOT / "schemas" / "generated"
SERVICES = ("ingest", "classify", "alert")
_SETTINGS = Settings(api=ApiSettings(token=SecretStr("only to build the app: nothing is served")))


def documents() -> Iterator[tuple[Path, str]]:
    """Yield each generated file with what it must hold."""
    for name, text in json_schemas().items():
        yield GENERATED / name, text
    for service in SERVICES:
        yield GENERATED / f"asyncapi-{service}.json", as_json(asyncapi(service))
    for name, compiled in (("commodities", compile_commodities), ("countries", compile_countries)):
        source = (ROOT / "schemas" / f"{name}.yaml").read_text("utf-8")
        yield GENERATED / f"{name}.json", compiled(yaml.load(source, yaml.CSafeLoader))
    yield ROOT / "docs" / "settings.md", settings_page()


def asyncapi(service: str) -> Any:
    """Return the AsyncAPI 3.0 document of one service; nothing connects."""
    app = importlib.import_module(f"services.{service}.app").create_app(_SETTINGS)
    document = app.state.service.asyncapi().to_specification().to_jsonable()
    document["servers"] = {name: {**server, "host": "kafka:9092"} for name, server in document["servers"].items()}
    return document


def settings_page() -> str:
    """Return the list of settings as Markdown."""
    rows = "\n".join(f"| `{name}` | {default} | {meaning} |" for name, default, meaning in _rows(Settings, PREFIX))
    return (
        "# Settings\n\n"
        "Environment variables. Each also as `…_FILE`: the value is then read from that file. "
        "A wrong or unknown one stops the start with one line that names it.\n\n"
        f"| variable | default | meaning |\n|---|---|---|\n{rows}\n"
    )


def _rows(model: type[BaseModel], prefix: str, inherited: Any = None) -> Iterator[tuple[str, str, str]]:
    for name, field in model.model_fields.items():
        default = getattr(inherited, name) if inherited is not None else field.default
        kind: Any = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _rows(kind, f"{prefix}{name.upper()}__", default)
        else:
            said = "" if default in (None, PydanticUndefined) else f"`{default}`"
            yield f"{prefix}{name.upper()}", said, " ".join((field.description or "").split())


def main() -> int:
    """Write the files, or with --check say which differ. Returns the exit status."""
    stale = [(path, text) for path, text in documents() if not path.exists() or path.read_text("utf-8") != text]
    if "--check" in sys.argv[1:]:
        for path, _text in stale:
            print(f"{path.relative_to(ROOT)} is not as generated; run: make generate", file=sys.stderr)
        return 1 if stale else 0
    for path, text in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
