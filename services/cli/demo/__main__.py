"""Feed the sample news to services that run elsewhere: `python -m services.cli.demo --ingest URL --alert URL`.

Needs ingest's data folder (CHOKEPOINT_HOME), for half of the news come as files.
"""

import asyncio
import sys
from dataclasses import dataclass

import click

from services.cli.demo.feeder import demo_feed
from services.runtime.settings import SettingsError, load_settings


@dataclass(frozen=True)
class Elsewhere:
    """Where the services answer."""

    ingest_url: str
    alert_url: str
    token: str


@click.command()
@click.option("--ingest", "ingest_url", required=True, metavar="URL", help="The push API.")
@click.option("--alert", "alert_url", required=True, metavar="URL", help="The API of destinations and subscriptions.")
def main(ingest_url: str, alert_url: str) -> None:
    """Tell the sample news, one after another, and end."""
    try:
        settings = load_settings()
    except SettingsError as error:
        raise click.ClickException(str(error)) from None
    if settings.api.token is None:
        raise click.ClickException("CHOKEPOINT_API__TOKEN is not set: give the token of the services")
    running = Elsewhere(ingest_url.rstrip("/"), alert_url.rstrip("/"), settings.api.token.get_secret_value())
    feed = demo_feed(settings.home, sys.stdout)

    async def tell() -> None:
        await feed(running)

    asyncio.run(tell())


if __name__ == "__main__":
    main()
