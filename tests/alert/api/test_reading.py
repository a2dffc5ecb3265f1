"""Measures, alerts and deliveries: filters, pages, and one of each with everything behind it."""

from datetime import timedelta
from typing import Any

from sqlalchemy import insert

from schemas.alert import Alert
from schemas.article import Source, SourceKind
from schemas.source_state import SourceState, SourceStatus
from services.alert.sources import SourcesHandler
from services.alert.tables import attempts
from tests.alert.api.site import Site
from tests.alert.databases import received
from tests.alert.reports import LATER, control, pact, sanction


async def headlines(site: Site, **query: Any) -> list[str]:
    """Return the headlines of the measures that fit."""
    found = await site.ask("GET", "/api/v1/measures", params=query)
    return sorted(item["headline"] for item in found["items"])


async def fill(site: Site) -> None:
    """Tell three acts, one after the other."""
    for detection in (
        pact(issuers="US JP", goods="rare-earths", confidence=0.9),
        control(issuers="CN", targets="US", goods="gallium", stage="proposed", confidence=0.6),
        sanction(issuers="EU", targets="RU", entities=("Volga Shipping",), instrument="20th package"),
    ):
        await site.tell(detection)
        site.now += timedelta(minutes=1)


async def test_measures_are_filtered_as_in_match(site: Site) -> None:
    """Each filter alone, lists with commas or repeated, and all together."""
    await fill(site)
    everything = await headlines(site)
    assert len(everything) == 3
    chinese, european, of_pact = (
        next(line for line in everything if word in line) for word in ("China", "European", "pact")
    )
    for query, expected in (
        ({"kinds": "sanction,supply_pact"}, {european, of_pact}),
        ({"kinds": ["sanction", "supply_pact"]}, {european, of_pact}),
        ({"stages": "proposed"}, {chinese}),
        ({"issuers": "cn,jp"}, {chinese, of_pact}),
        ({"targets": "RU"}, {european}),
        ({"commodities": "gallium"}, {chinese}),
        ({"commodities": "critical-minerals"}, {chinese, of_pact}),
        ({"hs": "8112"}, {chinese}),
        ({"hs": "8112.92", "commodities": "rare-earths"}, set()),
        ({"hs": "0101"}, set()),
        ({"min_confidence": 0.7}, {european, of_pact}),
        ({"q": "volga 20th"}, {european}),
        ({"q": "100% sure_"}, set()),
        ({"since": (LATER + timedelta(seconds=90)).isoformat()}, {european}),
        ({"since": "1h"}, {chinese, european, of_pact}),
        (
            {"kinds": "export_control", "stages": "proposed", "issuers": "CN", "targets": "US", "q": "gallium"},
            {chinese},
        ),
        ({"issuers": 'C"N'}, set()),
    ):
        assert set(await headlines(site, **query)) == expected, query


async def test_pages_follow_each_other(site: Site) -> None:
    """By cursor, newest first, each once, the last one without a next."""
    await fill(site)
    for path in ("measures", "alerts"):
        seen: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            page = await site.ask(
                "GET", f"/api/v1/{path}", params={"limit": 2, **({"cursor": cursor} if cursor else {})}
            )
            seen += [item["id"] for item in page["items"]]
            cursor = page["next_cursor"]
        assert len(seen) == len(set(seen)) == 3
        whole = await site.ask("GET", f"/api/v1/{path}")
        assert [item["id"] for item in whole["items"]] == seen


WRONG_FILTERS = (
    ("measures?kinds=tariff", "kinds"),
    ("measures?stages=maybe", "stages"),
    ("measures?hs=9", "hs"),
    ("measures?min_confidence=2", "min_confidence"),
    ("measures?since=yesterday", "write 2026-11-24T06:00:00Z"),
    ("measures?since=999999d", "is no time"),
    ("measures?cursor=abc", "unchanged"),
    ("measures?limit=0", "limit"),
    ("measures?limit=501", "limit"),
    ("measures?colour=red", "colour: not known here"),
    ("alerts?types=loud", "types"),
    ("alerts?min_severity=loud", "min_severity"),
    ("deliveries?status=lost", "status"),
    ("deliveries?cursor=abc", "unchanged"),
)


async def test_a_wrong_filter_is_refused(site: Site) -> None:
    """One line names it: ignoring it would show what was not asked for."""
    for path, says in WRONG_FILTERS:
        assert says in await site.refused("GET", f"/api/v1/{path}", 422), path


async def test_one_measure_has_everything_behind_it(site: Site) -> None:
    """Stages, alerts, each article with its quotes, why it was merged, and where it was sent."""
    await site.subscribe("desk", issuers=["CN"])
    await site.tell(
        control(issuers="CN", targets="US", goods="gallium", language="zh", quote="商务部宣布对镓实施出口管制"),
        control(issuers="CN", targets="US", goods="gallium", day=0.1, url="https://news.example/1"),
        control(issuers="CN", targets="US", goods="gallium", day=20, stage="eased"),
    )
    [item] = (await site.ask("GET", "/api/v1/measures"))["items"]
    measure = await site.ask("GET", f"/api/v1/measures/{item['id']}")
    assert {name: measure[name] for name in item} == item
    assert item["articles"] == 3
    assert item["commodities"][0]["hs"] == ["811292"]
    assert [stone["stage"] for stone in measure["milestones"]] == ["adopted", "eased"]
    assert [alert["type"] for alert in measure["alerts"]] == ["opened", "corroborated", "stage_changed"]
    assert [report["decision"] for report in measure["reports"]] == ["opened", "merged", "merged"]
    assert all(report["reasons"] for report in measure["reports"])
    assert measure["reports"][0]["detection"]["evidence"][0]["quote"] == "商务部宣布对镓实施出口管制"
    assert {delivery["destination_id"] for delivery in measure["deliveries"]} == {"desk"}
    assert measure["deliveries"][0]["because"][0]["subscription"] == "desk-team"
    assert "no measure 'mea_none'" in await site.refused("GET", "/api/v1/measures/mea_none", 404)


async def test_alerts(site: Site) -> None:
    """As on the topic; filtered by type, severity and time; one by its id."""
    await fill(site)
    items = (await site.ask("GET", "/api/v1/alerts"))["items"]
    newest = Alert.model_validate(items[0])
    assert await site.ask("GET", f"/api/v1/alerts/{newest.id}") == items[0]
    loud = (await site.ask("GET", "/api/v1/alerts?min_severity=high"))["items"]
    assert {item["severity"] for item in loud} <= {"high", "critical"}
    assert len((await site.ask("GET", "/api/v1/alerts?types=opened,updated"))["items"]) == 3
    assert (await site.ask("GET", "/api/v1/alerts?types=retracted"))["items"] == []
    since = newest.created_at.isoformat()
    assert (await site.ask("GET", "/api/v1/alerts", params={"since": since}))["items"] == items[:1]
    await site.refused("GET", "/api/v1/alerts/alr_none", 404)


async def test_deliveries_and_their_attempts(site: Site) -> None:
    """Found by each filter; one has every attempt with the first bytes of the answer as text."""
    await site.subscribe("desk")
    await site.tell(pact(issuers="US JP", goods="rare-earths"), control(issuers="CN", goods="gallium"))
    items = (await site.ask("GET", "/api/v1/deliveries"))["items"]
    assert len(items) == 2
    one = items[0]
    row = {"delivery_id": one["id"], "number": 1, "at": LATER, "outcome": "retry", "status_code": 503, "latency_ms": 12}
    async with site.db.write() as connection:
        await connection.execute(insert(attempts), [{**row, "answer": b"try later \xff", "error": "503"}])
    for query, count in (
        ({"status": "pending"}, 2),
        ({"status": "failed"}, 0),
        ({"destination": "desk"}, 2),
        ({"destination": "other"}, 0),
        ({"measure": one["measure_id"]}, 1),
        ({"alert": one["alert_id"]}, 1),
        ({"since": (LATER + timedelta(days=1)).isoformat()}, 0),
        ({"limit": 1}, 1),
    ):
        assert len((await site.ask("GET", "/api/v1/deliveries", params=query))["items"]) == count, query
    detail = await site.ask("GET", f"/api/v1/deliveries/{one['id']}")
    [attempt] = detail.pop("attempts_log")
    assert detail == one
    assert (attempt["status_code"], attempt["latency_ms"], attempt["answer"]) == (503, 12, "try later \ufffd")
    await site.refused("GET", "/api/v1/deliveries/dlv_none", 404)


async def test_sources(site: Site) -> None:
    """The newest state of each, as ingest said it."""
    state = SourceState(
        source=Source(id="gazette", name="Gazette", kind=SourceKind.OFFICIAL),
        type="feed",
        status=SourceStatus.SILENT,
        reason="nothing new for three days",
        since=LATER,
    )
    await SourcesHandler(site.db, lambda: LATER)(received([state]))
    [item] = (await site.ask("GET", "/api/v1/sources"))["items"]
    assert SourceState.model_validate(item) == state
