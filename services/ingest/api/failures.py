"""What a request is told while a part of ours is away: 503, and when to come back."""

from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from services.runtime.database import is_transient
from services.runtime.failure import Transient
from services.runtime.security import Problem, problem

RETRY_AFTER_SECONDS = 5


class Readiness:
    """A FastAPI dependency: lets a request pass once the service is ready."""

    def __init__(self, waiting_for: Callable[[], dict[str, str]]) -> None:
        self._waiting_for = waiting_for

    async def __call__(self) -> None:
        """Raise Problem (503) while a part is not ready."""
        if waiting := self._waiting_for():
            why = ", ".join(f"{part}: {reason}" for part, reason in waiting.items())
            headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
            raise Problem(503, "Not ready", f"{why}; send the request again", headers=headers)


def install_failure_handlers(app: Starlette) -> None:
    """Answer 503 where Kafka or the database is away for a while."""
    app.add_exception_handler(Transient, _away)
    app.add_exception_handler(SQLAlchemyError, _away)
    app.add_exception_handler(TimeoutError, _away)


async def _away(_request: Request, error: Exception) -> Response:
    if isinstance(error, Transient):
        why = str(error)
    elif is_transient(error):
        why = "the database does not answer"
    else:
        raise error
    response = problem(503, "Not available now", f"{why}; nothing of this request counts as done: send it again")
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response
