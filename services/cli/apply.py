"""`chokepoint apply`: make what stands in YAML so, again and again with the same result."""

import json
from collections.abc import Iterable
from contextlib import ExitStack
from typing import Any

import click

from services.cli.api import Api, Problem
from services.cli.difference import Existing, Step, plan
from services.cli.errors import SomeFailed, say
from services.cli.listing import listed
from services.cli.objects import KINDS, Wanted, check
from services.cli.session import ServiceName, Session, pass_session
from services.cli.yaml_files import NotRead, read_yaml


@click.command(epilog="Example: chokepoint apply --dry-run destinations.yaml subscriptions.yaml")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option("--dry-run", is_flag=True, help="Show what would change, key by key, and change nothing.")
@click.option("--prune", is_flag=True, help="Also remove what the files no longer name, of the kinds that they name.")
@click.option("--alert-server", metavar="URL", help="Address of the alert service; by default this machine's.")
@click.option("--ingest-server", metavar="URL", help="Address of ingest; by default this machine's.")
@pass_session
def command(  # noqa: PLR0913 - one for each option
    session: Session,
    files: tuple[str, ...],
    *,
    dry_run: bool,
    prune: bool,
    alert_server: str | None,
    ingest_server: str | None,
) -> None:
    """Make sources, destinations and subscriptions as YAML files say.

    Every file is checked first; nothing is sent while anything is wrong. Prints a line for each object: created,
    changed, unchanged or removed, with "(dry run)" where nothing was done. --prune never touches a kind that no file
    names, nor the bundled sources.
    """
    wanted = _read(files)
    servers: dict[ServiceName, str | None] = {"alert": alert_server, "ingest": ingest_server}
    with ExitStack() as stack:
        names = sorted({one.kind.service for one in wanted})
        apis = {name: stack.enter_context(Api(session, name, servers[name])) for name in names}
        existing = _existing(apis, wanted)
        _check_references(wanted, existing)
        failed = [step for step in plan(wanted, existing, prune=prune) if not _do(apis, step, dry_run=dry_run)]
    if failed:
        raise SomeFailed


def _read(files: Iterable[str]) -> list[Wanted]:
    """Return every object of the files; says all that is wrong with any of them and fails."""
    wanted: dict[tuple[str, str], Wanted] = {}
    problems: list[str] = []
    for file in files:
        try:
            checked = [check(found) for found in read_yaml(file)]
        except NotRead as error:
            problems.append(str(error))
            continue
        for one, wrong in checked:
            problems += wrong
            if one and (first := wanted.setdefault((one.kind.name, one.id), one)) is not one:
                problems.append(f"{one.place}: stands in {first.place} already; keep one of them")
    _fail_if(problems)
    return list(wanted.values())


def _fail_if(problems: list[str]) -> None:
    for problem in problems:
        say(problem)
    if problems:
        raise SomeFailed


def _existing(apis: dict[ServiceName, Api], wanted: Iterable[Wanted]) -> Existing:
    names = {one.kind.name for one in wanted}
    if "subscription" in names:
        names.add("destination")  # a subscription may name one that is on the server already
    return {
        name: {one["id"]: one for one in listed(apis[kind.service], f"/api/v1/{kind.path}")}
        for name, kind in KINDS.items()
        if name in names
    }


def _check_references(wanted: Iterable[Wanted], existing: Existing) -> None:
    """Refuse a subscription to a destination that is nowhere."""
    here = {one.id for one in wanted if one.kind.name == "destination"} | set(existing.get("destination", {}))
    _fail_if(
        [
            f"{one.place}: destinations: {missing!r} is neither in the files nor on the server; add it"
            for one in wanted
            for missing in one.whole.get("destinations", ())
            if missing not in here
        ]
    )


def _do(apis: dict[ServiceName, Api], step: Step, *, dry_run: bool) -> bool:
    """Take one step and print its line; tells whether it went well."""
    if not dry_run and (problem := _send(apis[step.kind.service], step)):
        place = step.wanted.place if step.wanted else f"{step.kind.name} {step.id}"
        say(f"{place}: {step.kind.service} refused it ({problem.status}): {problem.detail}")
        return False
    only_shown = " (dry run)" if dry_run and step.action != "unchanged" else ""
    click.echo(f"{step.action} {step.kind.name} {step.id}{only_shown}")
    if dry_run and step.action in {"created", "changed"}:
        for name, before, after in step.fields:
            was = "" if step.action == "created" else f"{_shown(before)} → "
            click.echo(f"  {name}: {was}{_shown(after)}")
    return True


def _send(api: Api, step: Step) -> Problem | None:
    path = f"/api/v1/{step.kind.path}/{step.id}"
    if step.action == "removed":
        answer = api.try_ask("DELETE", path)
    elif step.wanted and step.send:
        answer = api.try_ask("PUT", path, json=step.wanted.document)
    else:
        answer = None
    return answer if isinstance(answer, Problem) else None


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
