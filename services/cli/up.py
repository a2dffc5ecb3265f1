"""`chokepoint up`: the whole system on this machine, until Ctrl-C."""

import asyncio
import sys

import click

from services.cli.extras import load
from services.cli.session import Session, pass_session


@click.command(epilog="Example: chokepoint up --demo")
@click.option("--demo", is_flag=True, help="Also feed the bundled sample news and print each alert.")
@pass_session
def command(session: Session, *, demo: bool) -> int:
    """Run Kafka, the three services and the console on this machine until Ctrl-C or SIGTERM.

    Kafka comes with Chokepoint, unless CHOKEPOINT_KAFKA__BOOTSTRAP_SERVERS names one. Data stays in CHOKEPOINT_HOME.
    """
    settings = session.settings
    local = load("services.local.up", "local")
    from services.cli.demo.feeder import demo_feed  # noqa: PLC0415 - what follows needs the extra
    from services.runtime import logs  # noqa: PLC0415 - the same

    logs.configure(settings.log.model_copy(update={"format": "console"}), "up")
    feed = demo_feed(settings.home, sys.stdout) if demo else None
    code: int = asyncio.run(local.up(settings, demo=demo, feed=feed))
    return code
