"""`chokepoint.sources.v1` in; the newest state of each source out, for the console and the API."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.source_state import SourceState
from services.alert.store.statements import upsert
from services.alert.tables import source_states
from services.runtime.clock import Clock
from services.runtime.database import Database
from services.runtime.records import Received


@dataclass(frozen=True)
class SourcesHandler:
    """Keeps the last state of each source; reading a batch twice changes nothing."""

    db: Database
    clock: Clock

    async def __call__(self, batch: Sequence[Received[SourceState]]) -> None:
        """Keep the newest state of each source in the batch."""
        newest = {received.message.source.id: received.message for received in batch}
        now = self.clock()
        rows = [
            {"source_id": source_id, "body": state.model_dump(mode="json"), "seen_at": now}
            for source_id, state in sorted(newest.items())
        ]
        async with self.db.write() as connection:
            await upsert(connection, source_states, rows)
