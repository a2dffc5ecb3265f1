"""What is not seen at present: official sources that do not speak, and languages of which nothing comes; pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.article import SourceKind
from schemas.source_state import SourceStatus
from services.ingest.spec import SourceSpec
from services.ingest.state import State

_UNHEARD = frozenset({SourceStatus.FAILING, SourceStatus.SILENT})


@dataclass(frozen=True)
class BlindSpots:
    """Where a measure would be missed now."""

    languages: Mapping[str, bool]
    """Each language of an enabled source, and whether none of its sources is heard."""
    official: tuple[str, ...]
    """Official sources that are not heard."""


def blind_spots(specs: Mapping[str, SourceSpec], states: Mapping[str, State]) -> BlindSpots:
    """Return what is not seen. A source that was never asked yet counts as heard."""
    enabled = [spec for spec in specs.values() if spec.enabled and spec.id in states]
    heard: dict[str, bool] = {}
    for spec in enabled:
        if spec.language:
            is_heard = states[spec.id].status not in _UNHEARD
            heard[spec.language] = heard.get(spec.language, False) or is_heard
    official = (
        spec.id for spec in enabled if spec.source_kind is SourceKind.OFFICIAL and states[spec.id].status in _UNHEARD
    )
    return BlindSpots({one: not is_heard for one, is_heard in heard.items()}, tuple(sorted(official)))
