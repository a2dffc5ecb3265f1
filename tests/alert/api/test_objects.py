"""Destinations and subscriptions: what is kept, what is shown, what is refused."""

import json
from typing import Any

from services.alert.api.secrecy import MASK, with_kept_secrets
from services.alert.objects import Destination
from services.alert.store import objects as store
from tests.alert.api.site import WEBHOOK_SECRET, Site

OTHER_SECRET = "whsec_MTEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
HOOK = {"kind": "destination", "id": "erp", "type": "webhook", "url": "https://erp.example/hook"}
ERP = "/api/v1/destinations/erp"


async def kept(site: Site, name: str = "erp") -> Destination:
    """Return a destination as the worker sees it."""
    async with site.db.read() as connection:
        found = await store.destination(connection, name)
    assert found is not None
    return found


async def disable(site: Site, name: str, reason: str) -> None:
    """Disable a destination as the worker does after a 410."""
    async with site.db.write() as connection:
        await store.disable_destination(connection, name, reason, site.now)


async def test_a_secret_is_kept_and_never_shown(site: Site) -> None:
    """No answer holds it; a document without it, or as it was shown, leaves it; a new one replaces it."""
    answers = [await site.ask("PUT", ERP, 201, json={**HOOK, "secret": WEBHOOK_SECRET})]
    answers.append(await site.ask("PUT", ERP, json=HOOK))
    shown = await site.ask("GET", ERP)
    assert shown["secret"] == MASK
    answers += [shown, await site.ask("PUT", ERP, json=shown), await site.ask("GET", "/api/v1/destinations")]
    assert WEBHOOK_SECRET not in json.dumps(answers)
    secret = (await kept(site)).secret
    assert secret is not None
    assert secret.get_secret_value() == WEBHOOK_SECRET
    rotation = {**HOOK, "secret": OTHER_SECRET, "previous_secret": WEBHOOK_SECRET}
    assert (await site.ask("PUT", ERP, json=rotation))["previous_secret"] == MASK
    assert "previous_secret" not in await site.ask("PUT", ERP, json={**HOOK, "previous_secret": None})
    now = await kept(site)
    assert now.secret is not None
    assert (now.secret.get_secret_value(), now.previous_secret) == (OTHER_SECRET, None)


async def test_the_same_again_changes_nothing(site: Site) -> None:
    """201 for a new one, 200 afterwards; what is written twice is the same, a disabled one stays disabled."""
    first = await site.ask("PUT", ERP, 201, json={**HOOK, "secret": WEBHOOK_SECRET})
    await disable(site, "erp", "it answered 410")
    again = await site.ask("PUT", ERP, json={**HOOK, "secret": WEBHOOK_SECRET})
    assert again == {**first, "disabled_reason": "it answered 410"}
    assert (await site.ask("GET", "/api/v1/destinations"))["items"] == [again]
    assert await site.ask("POST", f"{ERP}/enable") == first
    await disable(site, "erp", "it answered 410")
    moved = await site.ask("PUT", ERP, json={**again, "url": "https://new.example/hook"})
    assert (moved["url"], "disabled_reason" in moved) == ("https://new.example/hook", False)


async def test_the_address_of_a_slack_webhook_is_a_secret(site: Site) -> None:
    """It is masked, and stays when it comes back masked."""
    address = "https://hooks.slack.example/services/T0/B0/secret"
    await site.ask("PUT", "/api/v1/destinations/team", 201, json={"type": "slack", "url": address})
    shown = await site.ask("GET", "/api/v1/destinations/team")
    assert shown["url"] == MASK
    await site.ask("PUT", "/api/v1/destinations/team", json=shown)
    assert (await kept(site, "team")).url == address


def test_a_file_takes_the_place_of_a_secret() -> None:
    """The old secret is not kept beside the file that replaces it."""
    before = Destination.model_validate({**HOOK, "secret": WEBHOOK_SECRET})
    assert "secret" not in with_kept_secrets({**HOOK, "secret_file": "/run/secrets/erp"}, before)


WRONG: tuple[tuple[dict[str, Any], str], ...] = (
    ({"type": "pigeon"}, "type: "),
    ({"type": "webhook", "url": "https://x.example"}, "secret_file"),
    ({"type": "slack"}, "url"),
    ({"type": "email", "to": ["nobody"]}, "'nobody' in `to`"),
    ({"type": "log", "colour": 1}, "colour: not known here"),
    ({"type": "log", "id": "other"}, "is not the id in the address"),
    ({}, "type: missing; add it"),
)


async def test_a_wrong_destination_is_refused(site: Site) -> None:
    """One line names the field, and nothing is kept."""
    for document, says in WRONG:
        assert says in await site.refused("PUT", "/api/v1/destinations/one", 422, json=document)
    await site.refused("GET", "/api/v1/destinations/one", 404)


async def test_what_is_no_document_is_refused(site: Site) -> None:
    """Broken JSON, a list and a body over the limit, each with its own status."""
    assert "not JSON" in await site.refused("PUT", ERP, 400, content=b"{'type': log}")
    assert "not JSON" in await site.refused("PUT", ERP, 400, content=b"\xff\xfe")
    assert "not JSON" in await site.refused("PUT", ERP, 400, content=b"[" * 100_000)
    assert "one JSON object" in await site.refused("PUT", ERP, 422, json=[HOOK])
    assert "256 KB" in await site.refused("PUT", ERP, 413, content=b" " * 300_000)
    assert "id: " in await site.refused("PUT", "/api/v1/destinations/Not%20An%20Id", 422, json={"type": "log"})


async def test_subscriptions(site: Site) -> None:
    """Idempotent; a destination that is not there is named; one that is named cannot be removed."""
    path, document = (
        "/api/v1/subscriptions/team",
        {"destinations": ["desk"], "match": {"issuers": ["NO"], "hs": ["85"]}},
    )
    assert "there is no desk" in await site.refused("PUT", path, 422, json=document)
    await site.ask("PUT", "/api/v1/destinations/desk", 201, json={"type": "log"})
    made = await site.ask("PUT", path, 201, json=document)
    assert made == {"kind": "subscription", "id": "team", **document}
    assert await site.ask("PUT", path, json=made) == made
    assert await site.ask("GET", path) == made
    assert (await site.ask("GET", "/api/v1/subscriptions"))["items"] == [made]
    assert "match.kinds" in await site.refused("PUT", path, 422, json={**document, "match": {"kinds": ["tariff"]}})
    assert "digests" in await site.refused("PUT", path, 422, json={**document, "schedule": {"digest": "daily"}})
    assert "named by the subscriptions team" in await site.refused("DELETE", "/api/v1/destinations/desk", 409)
    for _ in range(2):
        await site.ask("DELETE", path, 204)
        await site.ask("DELETE", "/api/v1/destinations/desk", 204)
    assert "no subscription 'team'" in await site.refused("GET", path, 404)


async def test_the_test_button(site: Site) -> None:
    """A message that says it is a test goes through the destination's own channel; the outcome comes back."""
    await site.ask("PUT", "/api/v1/destinations/desk", 201, json={"type": "log"})
    outcome = await site.ask("POST", "/api/v1/destinations/desk/test")
    assert outcome == {"outcome": "delivered", "status_code": 204, "latency_ms": 3, "answer": "ok", "error": None}
    assert [(message.test, to) for message, to in zip(site.channel.sent, site.channel.to, strict=True)] == [
        (True, "desk")
    ]
    await site.refused("POST", "/api/v1/destinations/none/test", 404)
