"""`/api/v1/subscriptions/preview`: what a subscription that is not saved would have sent."""

from collections import Counter
from typing import Any

from fastapi import APIRouter, Request

from schemas.alert import Alert
from services.alert.api.documents import BODY, document, read
from services.alert.api.moments import Since, moment
from services.alert.api.replay import MOST_ALERTS, history
from services.alert.deps import Deps
from services.alert.matching import Matched, match
from services.alert.objects import Subscription

SHOWN = 200
"""Alerts listed; all are counted."""


def router(deps: Deps) -> APIRouter:
    """Return the route of the preview. It goes before `/subscriptions/{id}`."""
    routes = APIRouter(prefix="/subscriptions", tags=["subscriptions"])

    @routes.post("/preview", summary="The alerts that a subscription would have sent", openapi_extra=BODY)
    async def preview(request: Request, since: Since = "90d") -> dict[str, Any]:
        """Hold the document in the body, which need not name an existing destination, against the alerts of history.

        `items` lists the newest 200, each with why; `per_week` counts all of them by ISO week.
        """
        given = await document(request)
        subscription = read(Subscription, str(given.get("id", "preview")), {"destinations": ["preview"], **given})
        start = moment(since, deps.clock())
        considered, sent = 0, []
        async for alert in history(deps.db, start):
            considered += 1
            if isinstance(matched := match(alert, subscription), Matched):
                sent.append((alert, matched.because))
        weeks = Counter(_week(alert) for alert, _ in sent)
        return {
            "since": start.isoformat(),
            "considered": considered,
            "complete": considered < MOST_ALERTS,
            "count": len(sent),
            "per_week": [{"week": week, "count": weeks[week]} for week in sorted(weeks)],
            "items": [{"alert": alert.model_dump(mode="json"), "because": why} for alert, why in sent[:SHOWN]],
        }

    return routes


def _week(alert: Alert) -> str:
    """Return the week as ISO 8601 writes it: 2026-W48."""
    year, week, _ = alert.created_at.isocalendar()
    return f"{year}-W{week:02}"
