"""Redelivery, replay and preview: history held against what people want now."""

from datetime import timedelta
from typing import Any

from tests.alert.api.site import Site
from tests.alert.delivery.ledger_fixture import until
from tests.alert.reports import LATER, control, pact

PREVIEW = "/api/v1/subscriptions/preview"


async def deliveries(site: Site) -> dict[str, dict[str, Any]]:
    """Return every delivery by id."""
    return {item["id"]: item for item in (await site.ask("GET", "/api/v1/deliveries"))["items"]}


async def test_redelivery_keeps_the_id(site: Site) -> None:
    """What was delivered goes out again under the same id, and both attempts are on record."""
    await site.subscribe("desk")
    await site.tell(pact(issuers="US JP", goods="rare-earths"))
    async with site.delivering():
        await until(lambda: len(site.channel.sent) == 1)
        [one] = await deliveries(site)
        await until_delivered(site, one)
        assert await site.ask("POST", f"/api/v1/deliveries/{one}/redeliver", 202) == {"status": "pending"}
        await until(lambda: len(site.channel.sent) == 2)
    assert [message.delivery_id for message in site.channel.sent] == [one, one]
    detail = await site.ask("GET", f"/api/v1/deliveries/{one}")
    assert (detail["status"], [each["number"] for each in detail["attempts_log"]]) == ("delivered", [1, 2])
    await site.refused("POST", "/api/v1/deliveries/dlv_none/redeliver", 404)


async def until_delivered(site: Site, delivery_id: str) -> None:
    """Wait until a delivery is settled; asks at most two hundred times."""
    for _ in range(200):
        if (await deliveries(site))[delivery_id]["status"] == "delivered":
            return
    raise AssertionError("not delivered")


async def test_replay(site: Site) -> None:
    """What matches now and was never sent is added, what was sent is due again under its id, older things are left."""
    await site.tell(control(issuers="CL", goods="copper"))
    site.now += timedelta(hours=2)
    await site.subscribe("desk", kinds=["supply_pact"])
    await site.tell(pact(issuers="US JP", goods="rare-earths"), control(issuers="CN", goods="gallium"))
    async with site.delivering():
        await until(lambda: len(site.channel.sent) == 1)
    [first] = await deliveries(site)
    await site.subscribe("desk")
    site.now += timedelta(minutes=5)
    answer = await site.ask("POST", "/api/v1/destinations/desk/replay?since=1h", 202)
    assert (answer["requeued"], answer["added"]) == (1, 1)
    found = await deliveries(site)
    assert first in found
    assert [item["status"] for item in found.values()] == ["pending", "pending"]
    again = await site.ask("POST", "/api/v1/destinations/desk/replay?since=1h", 202)
    assert (again["requeued"], again["added"]) == (0, 0)
    whole = await site.ask("POST", "/api/v1/destinations/desk/replay", 202, params={"since": LATER.isoformat()})
    assert whole["added"] == 1


async def test_replay_is_refused(site: Site) -> None:
    """Without a time, with a wrong one, to nobody, and to a destination that must not be sent to."""
    await site.ask("PUT", "/api/v1/destinations/desk", 201, json={"type": "log", "enabled": False})
    assert "since: missing" in await site.refused("POST", "/api/v1/destinations/desk/replay", 422)
    assert "is no time" in await site.refused("POST", "/api/v1/destinations/desk/replay?since=x", 422)
    assert "switched off" in await site.refused("POST", "/api/v1/destinations/desk/replay?since=1h", 409)
    await site.refused("POST", "/api/v1/destinations/none/replay?since=1h", 404)


async def test_preview(site: Site) -> None:
    """The alerts of history that match, each with why, counted by week; nothing is saved or sent."""
    await site.tell(control(issuers="CL", goods="copper"))
    site.now += timedelta(days=14)
    await site.tell(pact(issuers="US JP", goods="rare-earths"), control(issuers="CN", goods="gallium"))
    found = await site.ask("POST", PREVIEW, json={"match": {"kinds": ["export_control"]}})
    assert (found["considered"], found["count"], found["complete"]) == (3, 2, True)
    assert [week["count"] for week in found["per_week"]] == [1, 1]
    assert [week["week"] for week in found["per_week"]] == ["2026-W23", "2026-W25"]
    assert found["items"][0]["alert"]["measure"]["issuers"] == ["CN"]
    assert "kind export_control" in found["items"][0]["because"]
    recent = await site.ask("POST", f"{PREVIEW}?since=7d", json={"id": "new", "destinations": ["nowhere-yet"]})
    assert (recent["considered"], recent["count"]) == (2, 2)
    assert (await site.ask("GET", "/api/v1/subscriptions"))["items"] == []
    assert await deliveries(site) == {}


async def test_preview_equals_what_is_sent(site: Site) -> None:
    """A subscription written before the news sends just what its preview afterwards shows."""
    match = {"issuers": ["CN"], "hs": ["81"]}
    await site.subscribe("desk", **match)
    await site.tell(
        control(issuers="CN", goods="gallium"),
        control(issuers="CN", goods="gallium", day=1),
        control(issuers="CN", goods="rice", day=2),
        control(issuers="CN", goods="gallium", day=30, stage="eased"),
        pact(issuers="US JP", goods="rare-earths"),
    )
    found = await site.ask("POST", PREVIEW, json={"match": match})
    assert {item["alert"]["id"] for item in found["items"]} == {
        item["alert_id"] for item in (await deliveries(site)).values()
    }
    assert found["count"] > 1


async def test_preview_is_refused(site: Site) -> None:
    """A wrong subscription or time is named."""
    assert "match.kinds" in await site.refused("POST", PREVIEW, 422, json={"match": {"kinds": ["x"]}})
    assert "is no time" in await site.refused("POST", f"{PREVIEW}?since=x", 422, json={})
    assert "one JSON object" in await site.refused("POST", PREVIEW, 422, json=[])
