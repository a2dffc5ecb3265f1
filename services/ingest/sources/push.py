"""Push: articles come by `POST /api/v1/articles`; there is nothing to fetch."""

from collections.abc import Mapping
from typing import Any

from services.ingest.sources.reader import Fetched, Reach
from services.ingest.spec import SourceSpec


class PushReader:
    """Fetches nothing: a push source is spoken to, not asked."""

    async def fetch(self, spec: SourceSpec, validators: Mapping[str, Any], reach: Reach) -> Fetched:
        """Return that nothing changed."""
        del spec, reach
        return Fetched(validators=validators, unchanged=True)
