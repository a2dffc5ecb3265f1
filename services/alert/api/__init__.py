"""`/api/v1` of the alert service: what it knows, whom it tells, and every delivery, for programs.

In: requests with the bearer token or the console's session cookie. Out: JSON, or a problem document (RFC 9457) that
says what is wrong and what to do. Nothing here decides about alerts; it reads, writes objects and asks the worker.
"""

from fastapi import Depends, FastAPI
from pydantic import SecretStr

from services.alert.api import (
    alerts,
    deliveries,
    destination_actions,
    destinations,
    events,
    measures,
    preview,
    sources,
    subscriptions,
)
from services.alert.api.failures import install_failure_handlers
from services.alert.deps import Deps
from services.runtime.security import TokenGate

_ROUTERS = (
    measures.router,
    alerts.router,
    destinations.router,
    destination_actions.router,
    preview.router,
    subscriptions.router,
    deliveries.router,
    sources.router,
    events.router,
)


def install(app: FastAPI, deps: Deps) -> None:
    """Give the app every route under `/api/v1`; none answers without the token."""
    gate = Depends(TokenGate(deps.settings.api.token or SecretStr("")))
    for router in _ROUTERS:
        app.include_router(router(deps), prefix="/api/v1", dependencies=[gate])
    install_failure_handlers(app)
