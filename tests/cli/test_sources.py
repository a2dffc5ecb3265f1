"""`chokepoint sources` against a real site and the real API of sources."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from services.cli.yaml_files import read_yaml
from services.ingest.catalogue import bundled
from services.ingest.spec import read_spec
from tests.cli.conftest import Run, only_line, served
from tests.ingest.feeds import Entry, rss
from tests.ingest.sources.stages import recorded

TITLES = ("China bans exports of gallium to Japan", "A quiet day at the port")


def feed() -> bytes:
    """Write a feed of which classify has something to say."""
    body = rss([Entry(1), Entry(2)])
    for number, title in enumerate(TITLES, start=1):
        body = body.replace(f"Act {number} on Export &amp; Import".encode(), title.encode())
    return body


@pytest.fixture
def site() -> Iterator[str]:
    """Serve a site with one feed."""

    async def home(_request: Request) -> Response:
        head = '<link rel="alternate" type="application/rss+xml" href="/news.rss">'
        return Response(f"<html><head>{head}</head></html>", media_type="text/html")

    async def news(_request: Request) -> Response:
        return Response(feed(), media_type="application/rss+xml")

    async def moved(_request: Request) -> Response:
        return RedirectResponse("/news.rss", status_code=301)

    async def sanctions(_request: Request) -> Response:
        return Response(recorded("ofac.xml"), media_type="application/xml")

    async def robots(_request: Request) -> Response:
        return Response("User-agent: *\nDisallow: /closed\n", media_type="text/plain")

    pages = {"/": home, "/news.rss": news, "/moved": moved, "/list.xml": sanctions, "/robots.txt": robots}
    with served(Starlette(routes=[Route(path, page) for path, page in pages.items()])) as address:
        yield address


def test_a_site_becomes_yaml(run: Run, site: str, tmp_path: Path) -> None:
    """The feed is found and tried; its items and what they report are shown; the YAML can be applied."""
    allowed = {"CHOKEPOINT_EGRESS__ALLOW_PRIVATE": "true"}
    done = run("sources", "add", site, "--id", "mine", "--country", "no", "--language", "en", **allowed)
    assert done.returncode == 0, done.stderr
    (tmp_path / "a.yaml").write_text(done.stdout)
    [document] = read_yaml(str(tmp_path / "a.yaml"))
    spec = read_spec(document.value)
    assert (spec.id, spec.url, spec.country, spec.language) == ("mine", f"{site}/news.rss", "NO", "en")
    for title in TITLES:
        assert title in done.stderr
    assert "export_control" in done.stderr


def test_what_cannot_be_found_is_said_in_one_line(run: Run, site: str) -> None:
    """A site without a feed, a private address and a wrong field each get one line that says what to do."""
    allowed = {"CHOKEPOINT_EGRESS__ALLOW_PRIVATE": "true"}
    assert "ALLOW_PRIVATE" in only_line(run("sources", "add", site).stderr)
    assert "404" in only_line(run("sources", "add", f"{site}/none", **allowed).stderr)
    done = run("sources", "add", site, "--country", "Norway, please", **allowed)
    assert (done.returncode, done.stdout) == (1, "")
    assert "country" in done.stderr.splitlines()[-1]


@pytest.fixture
def api() -> Iterator[tuple[str, dict[str, dict[str, Any]]]]:
    """Serve the API of sources over four of the catalogue."""
    ids = ("oilprice", "nhk-economy", "uk-fcdo", "push")
    state = {"status": "ok", "reason": None, "trouble": None}
    kept = {one: {**bundled()[one].document(), "bundled": True, "state": state} for one in ids}
    kept["uk-fcdo"]["state"] = {"status": "failing", "reason": "the server answers 403", "trouble": None}

    async def everything(_request: Request) -> Response:
        return JSONResponse({"items": list(kept.values()), "next_cursor": None})

    async def put(request: Request) -> Response:
        document = await request.json()
        kept[request.path_params["id"]] = document
        return JSONResponse(document)

    routes = [Route("/api/v1/sources", everything), Route("/api/v1/sources/{id}", put, methods=["PUT"])]
    with served(Starlette(routes=routes)) as address:
        yield address, kept


def port_of(address: str) -> dict[str, str]:
    """Point the command line at the API."""
    return {"CHOKEPOINT_INGEST__PORT": address.rpartition(":")[2]}


def test_packs_are_listed_and_switched(run: Run, api: tuple[str, dict[str, dict[str, Any]]]) -> None:
    """A pack's sources are listed with how they do, and switched on and off together; an unknown pack is said."""
    address, kept = api
    listed = run("sources", "list", "--pack", "energy", **port_of(address))
    assert listed.stdout.split()[:3] == ["ok", "feed", "oilprice"]
    assert "403" in only_line(run("sources", "list", "--trouble", **port_of(address)).stdout)
    assert run("sources", "enable", "energy", "ja", **port_of(address)).stdout.splitlines() == [
        "energy: 1 of 1 switched on",
        "ja: 0 of 1 switched on",
    ]
    assert kept["oilprice"]["enabled"] is True
    assert "1 of 1 switched off" in run("sources", "disable", "official", **port_of(address)).stdout
    assert "no source is of the pack 'opera'" in only_line(run("sources", "enable", "opera", **port_of(address)).stderr)


def test_feeds_go_out_as_opml_and_come_in_as_yaml(
    run: Run, api: tuple[str, dict[str, dict[str, Any]]], tmp_path: Path
) -> None:
    """What is exported can be imported; a file that is none is said in one line."""
    address, _ = api
    file = tmp_path / "feeds.opml"
    assert run("sources", "export", str(file), **port_of(address)).returncode == 0
    done = run("sources", "import", str(file))
    assert {one["url"] for one in yaml.safe_load_all(done.stdout)} == {
        bundled()[one].url for one in ("oilprice", "nhk-economy", "uk-fcdo")
    }
    file.write_text(json.dumps({"not": "opml"}))
    assert "not XML" in only_line(run("sources", "import", str(file)).stderr)


def test_doctor_reads_every_source_once(run: Run, site: str) -> None:
    """A list tells its length, a moved feed its new address, a page that robots close that it is closed."""
    sources = [
        {"id": "list", "type": "sanctions-list", "url": f"{site}/list.xml"},
        {"id": "moved", "type": "feed", "url": f"{site}/moved"},
        {"id": "closed", "type": "page", "url": f"{site}/closed", "select": {"items": "li"}},
    ]

    async def everything(_request: Request) -> Response:
        items = [{**read_spec(one).document(), "bundled": False, "state": {}} for one in sources]
        return JSONResponse({"items": items, "next_cursor": None})

    with served(Starlette(routes=[Route("/api/v1/sources", everything)])) as address:
        done = run("doctor", "--sources", CHOKEPOINT_EGRESS__ALLOW_PRIVATE="true", **port_of(address))
    state = {line[:26].strip(): line[27:] for line in done.stdout.splitlines()}
    assert state["source list"] == "ok: 3 entries"
    assert state["source moved"] == f"ok: 2 entries; moved for good to {site}/news.rss: correct the address"
    assert state["source closed"].startswith("failed: the robots.txt of '127.0.0.1' asks programs to stay away")
