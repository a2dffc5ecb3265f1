"""`chokepoint sources`: find what a site publishes, switch packs on and off, bring lists of feeds in and out."""

import asyncio
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
import yaml

from services.cli.api import Api
from services.cli.errors import Failed, SomeFailed, one_line, say
from services.cli.extras import load
from services.cli.inputs import opened
from services.cli.listing import listed
from services.cli.session import Session, pass_session
from services.cli.table import rows
from services.runtime.clock import utc_now
from services.runtime.egress import guarded_client
from services.runtime.failure import Permanent, Transient

if TYPE_CHECKING:
    from services.runtime.settings import Settings

PATH: Final = "/api/v1/sources"
SHOWN_ITEMS: Final = 10
STEP_SECONDS: Final = 15.0
_SHOWN_ONLY: Final = ("state", "bundled")


@click.group(epilog="Example: chokepoint sources add https://news.example/ > news.yaml")
def command() -> None:
    """Find, list, switch and exchange the sources that are read."""


@command.command("add", epilog="Example: chokepoint sources add https://news.example/ > news.yaml")
@click.argument("url")
@click.option("--id", "source_id", help="Its name; by default made from the address.")
@click.option("--name", help="The name that people know it by.")
@click.option("--language", help="ISO 639-1 code, a hint for short texts.")
@click.option("--country", help="ISO 3166-1 code of who speaks there.")
@click.option("--kind", type=click.Choice(["news", "official", "company", "aggregator"]), default="news")
@click.option("--every", default="15m", show_default=True, help="How often to look.")
@pass_session
def add(session: Session, /, url: str, **given: str | None) -> None:
    """Find the feeds or news sitemap of a site, try them, and write the YAML of the best.

    URL is a site, a page of it, or a feed itself. The last ten items and what classify says of them go to standard
    error, the YAML to standard output: look at it, then `chokepoint apply` it.
    """
    found = _discovered(url if "://" in url else f"https://{url}", session.settings)
    for one in found:
        click.echo(one_line(_verdict(one)), err=True)
    best = next((one for one in found if one.problem is None and one.items), None)
    if best is None:
        raise Failed(f"{url}: no feed and no news sitemap that can be read; write a source of type `page` for it")
    _show_items(best)
    click.echo(_yaml([_document(best.spec, given)]), nl=False)


def _discovered(url: str, settings: "Settings") -> list[Any]:
    discover = load("services.ingest.discover", "ingest").discover
    reach = load("services.ingest.sources.reader", "ingest").Reach
    allow_private = settings.egress.allow_private

    async def run() -> list[Any]:
        async with guarded_client(
            allow_private, timeout_seconds=STEP_SECONDS, user_agent=settings.user_agent
        ) as client:
            found: list[Any] = await discover(url, reach(client, allow_private, settings.home / "inbox", utc_now()))
            return found

    try:
        return asyncio.run(run())
    except (Permanent, Transient) as error:
        raise Failed(f"{url}: {error}") from None


def _verdict(found: Any) -> str:
    what = found.problem or (f"{len(found.items)} entries" if found.items else "it lists nothing")
    return f"{found.spec.type}  {found.spec.url}  {what}"


def _show_items(found: Any) -> None:
    """Show the last ten items and what classify says of each."""
    read = load("services.ingest.pushed", "ingest").read_pushed
    study = load("services.classify.reader", "classify").study
    detect = load("services.runtime.language", "ingest").detect_language
    for item in found.items[:SHOWN_ITEMS]:
        try:
            draft = read(item, found.spec.source, utc_now(), detect).draft
        except ValueError as error:
            click.echo(one_line(f"  not readable: {error}"), err=True)
            continue
        date = f"{draft.published_at:%Y-%m-%d %H:%M}" if draft.published_at else "no date"
        click.echo(one_line(f"  {date}  {draft.language or '??'}  {draft.title}"), err=True)
        for line in rows(study(draft.article(1)).detections, explain=False):
            click.echo(f"      {line}", err=True)


def _document(spec: Any, given: Mapping[str, str | None]) -> dict[str, Any]:
    """Return the document of a source, with what was given on the command line. Raises Failed for what is none."""
    names = {"source_id": "id", "kind": "source_kind"}
    changed = {names.get(name, name): value for name, value in given.items() if value}
    read = load("services.ingest.spec", "ingest")
    try:
        document: dict[str, Any] = read.read_spec({**spec.document(), **changed}).document()
    except ValueError as error:
        raise Failed(str(error)) from None
    return _short(document)


def _short(document: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what says nothing."""
    return {name: value for name, value in document.items() if value not in ("", [], None)}


def _yaml(documents: Iterable[Mapping[str, Any]]) -> str:
    return yaml.safe_dump_all(documents, allow_unicode=True, sort_keys=False, explicit_start=True)


@command.command("list", epilog="Example: chokepoint sources list --pack energy")
@click.option("--pack", help="Only those of a pack: official, wires, energy, semiconductors, a language such as ja, …")
@click.option("--trouble", is_flag=True, help="Only those that fail, are silent or in trouble.")
@pass_session
def list_sources(session: Session, pack: str | None, *, trouble: bool) -> None:
    """Print a line for each source: how it does, its kind and id, and why where something is the matter."""
    with Api(session, "ingest") as api:
        for document in _of_pack(api, pack):
            state = document["state"]
            if not trouble or state["status"] in {"failing", "silent"} or state.get("trouble"):
                click.echo(one_line(_line(document, state)))


def _line(document: Mapping[str, Any], state: Mapping[str, Any]) -> str:
    said = state.get("trouble") or state["status"]
    return f"{said:<14} {document['type']:<17} {document['id']:<32} {state.get('reason') or ''}".rstrip()


def _of_pack(api: Api, pack: str | None) -> Iterator[dict[str, Any]]:
    spec = load("services.ingest.spec", "ingest")
    for document in listed(api, PATH):
        plain = {name: value for name, value in document.items() if name not in _SHOWN_ONLY}
        if pack is None or pack in spec.read_spec(plain).all_packs:
            yield document


@command.command("enable", epilog="Example: chokepoint sources enable energy ja")
@click.argument("packs", nargs=-1, required=True)
@pass_session
def enable(session: Session, packs: tuple[str, ...]) -> None:
    """Switch every source of these packs on."""
    _switch(session, packs, on=True)


@command.command("disable", epilog="Example: chokepoint sources disable wires")
@click.argument("packs", nargs=-1, required=True)
@pass_session
def disable(session: Session, packs: tuple[str, ...]) -> None:
    """Switch every source of these packs off."""
    _switch(session, packs, on=False)


def _switch(session: Session, packs: tuple[str, ...], *, on: bool) -> None:
    with Api(session, "ingest") as api:
        for pack in packs:
            members = list(_of_pack(api, pack))
            if not members:
                raise Failed(f"no source is of the pack {pack!r}; `chokepoint sources list` shows all")
            changed = [one for one in members if one["enabled"] is not on and one["type"] != "push"]
            for one in changed:
                api.ask("PUT", f"{PATH}/{one['id']}", json={**one, "enabled": on})
            click.echo(f"{pack}: {len(changed)} of {len(members)} switched {'on' if on else 'off'}")


@command.command("import", epilog="Example: chokepoint sources import feeds.opml > feeds.yaml")
@click.argument("file")
def import_opml(file: str) -> None:
    """Turn a list of feeds (OPML), as a feed reader exports it, into YAML for `chokepoint apply`.

    `-` is standard input. Folders become packs.
    """
    opml = load("services.ingest.opml", "ingest")
    with opened(file) as (stream, name):
        try:
            specs, problems = opml.read_opml(stream.read())
        except ValueError as error:
            raise Failed(f"{name}: {error}") from None
    for problem in problems:
        say(f"{name}: {problem}")
    click.echo(_yaml(_short(spec.document()) for spec in specs), nl=False)
    if problems:
        raise SomeFailed


@command.command("export", epilog="Example: chokepoint sources export --pack ja feeds.opml")
@click.argument("file", default="-")
@click.option("--pack", help="Only those of a pack.")
@pass_session
def export_opml(session: Session, file: str, pack: str | None) -> None:
    """Write the feeds that are read as OPML, for any feed reader."""
    opml, spec = load("services.ingest.opml", "ingest"), load("services.ingest.spec", "ingest")
    with Api(session, "ingest") as api:
        documents = [{k: v for k, v in one.items() if k not in _SHOWN_ONLY} for one in _of_pack(api, pack)]
    written = opml.write_opml(map(spec.read_spec, documents), "Chokepoint")
    if file == "-":
        sys.stdout.buffer.write(written)
        return
    try:
        Path(file).write_bytes(written)
    except OSError as error:
        raise Failed(f"{file}: {error.strerror or error}") from None
