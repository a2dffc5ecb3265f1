"""Jinja2 templates to responses: everything escaped, undefined names are errors."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from services.alert.channels.plain_text import direction, safe_url
from services.alert.console import wording
from services.runtime.clock import Clock

_TEMPLATES = Path(__file__).parent / "templates"


class Renderer:
    """Renders a template of this package."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._environment = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters["shown_claim"] = wording.claim
        self._environment.globals.update(words=wording, direction=direction, safe_url=safe_url)

    def __call__(
        self, template: str, status: int = 200, headers: Mapping[str, str] | None = None, **values: Any
    ) -> HTMLResponse:
        """Return the page as a response."""
        text = self._environment.get_template(template).render(now=self._clock(), **values)
        return HTMLResponse(text, status, headers)
