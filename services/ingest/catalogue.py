"""The bundled catalogue: sources that a fresh installation knows."""

from functools import cache
from importlib.resources import files

import yaml

from services.ingest.spec import SourceSpec, read_spec


@cache
def bundled() -> dict[str, SourceSpec]:
    """Return the sources of `catalogue.yaml` by id."""
    documents = yaml.safe_load(files("services.ingest").joinpath("catalogue.yaml").read_text("utf-8"))
    return {spec.id: spec for spec in map(read_spec, documents)}
