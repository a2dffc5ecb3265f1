"""What a request is told while the database is away or still opening: 503, and when to come back."""

from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from services.runtime.database import is_transient
from services.runtime.security import problem

RETRY_AFTER_SECONDS = 5
_NO_TABLE_YET = "42P01"
"""PostgreSQL's code for a table that is not there: the first start has not made it yet."""


def install_failure_handlers(app: Starlette) -> None:
    """Answer 503 where the database does not answer; any other error of it stays an error of ours."""
    app.add_exception_handler(SQLAlchemyError, _away)
    app.add_exception_handler(ConnectionError, _away)
    app.add_exception_handler(TimeoutError, _away)


async def _away(_request: Request, error: Exception) -> Response:
    if not is_transient(error) and getattr(getattr(error, "orig", None), "sqlstate", "") != _NO_TABLE_YET:
        raise error
    detail = "the database does not answer yet; nothing of this request counts as done: send it again"
    response = problem(503, "Not available now", detail)
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response
