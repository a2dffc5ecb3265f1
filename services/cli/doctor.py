"""`chokepoint doctor`: one line a part: ok, or what is wrong and what to do."""

import logging
from collections.abc import Iterator

import click

from services.cli.checks import Check, Failure
from services.cli.checks.database import database_checks
from services.cli.checks.destinations import destination_checks
from services.cli.checks.health import health_checks
from services.cli.checks.kafka import kafka_checks
from services.cli.checks.smtp import smtp_checks
from services.cli.checks.sources import source_checks
from services.cli.errors import Failed, SomeFailed, one_line
from services.cli.session import Session, pass_session

WIDTH = 26


@click.command(epilog="Example: chokepoint doctor --sources")
@click.option("--sources", is_flag=True, help="Also read every enabled source once; takes a minute or two.")
@pass_session
def command(session: Session, *, sources: bool) -> None:
    """Check every part and print a line for each: ok, or what is wrong and what to do.

    Settings, Kafka and its topics, the databases, the mail server, the three services, each destination (nothing is
    sent). Exits with 1 when anything failed.
    """
    logging.disable()  # the libraries' own words about a failed connection: the line says it
    failed = False
    for check in _checks(session, sources=sources):
        failed = not _report(check) or failed
    if failed:
        raise SomeFailed


def _checks(session: Session, *, sources: bool) -> Iterator[Check]:
    yield Check("settings", lambda: f"data in {session.settings.home}")
    try:
        settings = session.settings
    except Failed:
        return  # said already; without settings nothing else can be found
    yield from kafka_checks(settings)
    yield from database_checks(settings)
    yield from smtp_checks(settings.smtp)
    yield from health_checks(session)
    yield from destination_checks(session)
    if sources:
        yield from source_checks(session)


def _report(check: Check) -> bool:
    """Run one check and print its line; tells whether the part is well."""
    try:
        detail = check.run()
    except Failure as error:
        click.echo(f"{check.part:{WIDTH}} " + one_line(f"failed: {error.what} → {error.to_do}"))
        return False
    except Failed as error:
        click.echo(f"{check.part:{WIDTH}} " + one_line(f"failed: {error.message}"))
        return False
    click.echo(f"{check.part:{WIDTH}} " + one_line(f"ok{f': {detail}' if detail else ''}"))
    return True
