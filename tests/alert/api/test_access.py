"""Who may ask, what is documented, and what an answer says while the database is away."""

from pathlib import Path
from typing import Any

import pytest

from services.runtime.database import Database
from tests.alert.api.site import Site, site_over


def operations(site: Site) -> list[tuple[str, str, dict[str, Any]]]:
    """Return every documented operation: method, path, description."""
    paths = site.app.openapi()["paths"]
    return [(method.upper(), path, told) for path, methods in paths.items() for method, told in methods.items()]


async def test_nothing_answers_without_the_token(site: Site) -> None:
    """Every documented operation is refused without it and with a wrong one."""
    found = operations(site)
    assert len(found) > 15
    for headers in ({"authorization": ""}, {"authorization": "Bearer wrong"}):
        for method, path, _told in found:
            answer = await site.client.request(method, path, headers=headers)
            assert answer.status_code == 401, (method, path)
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_every_operation_is_described(site: Site) -> None:
    """OpenAPI 3.1, a summary each, no page of the console among them."""
    document = await site.ask("GET", "/openapi.json")
    assert document["openapi"].startswith("3.1")
    assert all(told["summary"] and told["tags"] for _, _, told in operations(site))
    assert all(path.startswith("/api/v1/") for _, path, _ in operations(site))


async def test_answers_are_not_kept_by_caches(site: Site) -> None:
    """What only the token's holder may see stays nowhere on the way."""
    answer = await site.client.get("/api/v1/measures")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/api/v1/measures", "/api/v1/destinations", "/"])
async def test_a_database_that_is_not_there_yet_is_waited_for(tmp_path: Path, path: str, postgres_url: str) -> None:
    """503 and when to come back, on both databases, before the first start has made the tables."""
    for url in (f"sqlite+aiosqlite:///{tmp_path / 'new.db'}", postgres_url):
        db = Database(url, "alert", tmp_path)
        async with site_over(db) as site:
            assert "send it again" in await site.refused("GET", path, 503)
            assert (await site.client.get(path)).headers["retry-after"] == "5"
        await db.stop()
