"""`chokepoint run`: one service in this process, as a container runs it."""

from typing import Any, cast

import click

from services.cli.errors import Failed
from services.cli.extras import load
from services.cli.session import ServiceName, Session, pass_session


@click.command(epilog="Example: CHOKEPOINT_KAFKA__BOOTSTRAP_SERVERS=kafka:9092 chokepoint run alert")
@click.argument("service", type=click.Choice(["ingest", "classify", "alert"]))
@pass_session
def command(session: Session, service: str) -> int:
    """Run one service until SIGTERM or Ctrl-C.

    It needs a Kafka: set CHOKEPOINT_KAFKA__BOOTSTRAP_SERVERS. `chokepoint up` runs everything, Kafka included.
    """
    settings = session.settings
    if not settings.kafka.bootstrap_servers:
        raise Failed("no Kafka is set: set CHOKEPOINT_KAFKA__BOOTSTRAP_SERVERS to host:port, or run `chokepoint up`")
    from services.runtime import logs  # noqa: PLC0415 - only a service needs them
    from services.runtime.service import serve  # noqa: PLC0415 - the same
    from services.runtime.settings import SettingsError  # noqa: PLC0415 - the same

    logs.configure(settings.log, service)
    where = getattr(settings, service)
    try:
        app: Any = load(f"services.{service}.app", cast("ServiceName", service)).create_app(settings)
    except SettingsError as error:
        raise Failed(str(error)) from None
    return serve(app, where.host, where.port)
