"""Pages and JSON lists, read by the selectors of their source, and the guard against redesigns."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from services.ingest.sources.reader import ChangedShape, Denied
from services.ingest.sources.selected import written_date
from services.ingest.spec import NotASource, read_spec
from tests.ingest.site import Site, reply
from tests.ingest.sources.conftest import Read
from tests.ingest.sources.stages import recorded

GOV_CN = {"title": "TITLE", "url": "URL", "date": "DOCRELPUBTIME"}
MOFCOM = {"html": "data.html", "items": "li", "title": "a", "date": "span"}


async def test_gov_cn_is_read(site: Site, read: Read) -> None:
    """The State Council's list: an array at the top, title, address and day by their names."""
    site.pages["/list.json"] = reply(200, recorded("gov-cn.json"))
    items = (await read(type="json-list", url=site.url("/list.json"), select=GOV_CN)).items
    assert items[1] == {
        "title": "商务部关于对镓、锗相关物项实施出口管制的公告",
        "url": "https://www.gov.cn/zhengce/zhengceku/202611/content_7000001.htm",
        "published_at": "2026-11-24",
    }


async def test_mofcom_is_read(site: Site, read: Read) -> None:
    """MOFCOM's list: a piece of HTML inside JSON, dates in brackets, addresses without a host."""
    site.pages["/unit"] = reply(200, recorded("mofcom.json"))
    items = (await read(type="json-list", url=site.url("/unit"), select=MOFCOM)).items
    assert items[1] == {
        "title": "商务部公告2026年第61号 公布对稀土相关物项实施出口管制的决定",
        "url": site.url("/zwgk/zcfb/art/2026/art_0a1b2c3d.html"),
        "published_at": "2026-11-24",
    }


async def test_a_list_may_be_asked_by_post(site: Site, read: Read) -> None:
    """The body that `post` gives is sent as JSON."""
    site.pages["/list.json"] = reply(200, recorded("gov-cn.json"))
    fields = {"type": "json-list", "url": site.url("/list.json"), "select": GOV_CN, "post": {"columnID": 1}}
    assert len((await read(**fields)).items) == 2
    assert site.asked[0][1]["content-type"] == "application/json"


async def test_each_page_is_fetched_once(site: Site, read: Read) -> None:
    """Pages are fetched ten at a time, the newest first; the others wait; a read one is not fetched again."""
    rows = [{"TITLE": f"公告 {n}", "URL": f"/p/{n}", "DOCRELPUBTIME": "2026-11-24"} for n in range(13)]
    site.pages["/list.json"] = reply(200, json.dumps(rows).encode())
    for n in range(13):
        site.pages[f"/p/{n}"] = reply(200, f"<div id=c><p>第 {n} 号</p></div>".encode(), content_type="text/html")
    fields: dict[str, Any] = {
        "type": "json-list",
        "url": site.url("/list.json"),
        "select": {**GOV_CN, "page": "#c"},
    }
    first = await read(**fields)
    second = await read(first.validators, **fields)
    third = await read(second.validators, **fields)
    assert [len(one.items) for one in (first, second, third)] == [10, 3, 0]
    assert (second.items[0]["text"], second.listed, third.unchanged) == ("第 12 号", 13, True)
    assert len([path for path, _ in site.asked if path.startswith("/p/")]) == 13


async def test_of_a_long_list_the_newest_pages_are_enough_at_first(site: Site, read: Read) -> None:
    """A first look at fifty articles reads the pages of the newest; the old ones come by their titles at once."""
    rows = [{"TITLE": f"公告 {n}", "URL": f"/p/{n}"} for n in range(50)]
    site.pages["/list.json"] = reply(200, json.dumps(rows).encode())
    for n in range(50):
        site.pages[f"/p/{n}"] = reply(200, f"<div id=c>第 {n} 号</div>".encode(), content_type="text/html")
    fields: dict[str, Any] = {"type": "json-list", "url": site.url("/list.json"), "select": {**GOV_CN, "page": "#c"}}
    first = await read(**fields)
    second = await read(first.validators, **fields)
    third = await read(second.validators, **fields)
    assert [len(one.items) for one in (first, second, third)] == [40, 10, 0]
    assert [one["title"] for one in first.items if "text" in one] == [f"公告 {n}" for n in range(9, -1, -1)]


async def test_a_page_that_cannot_be_read_comes_without_its_text_in_the_end(site: Site, read: Read) -> None:
    """Three times a page is tried, each failure is a line; then the title goes out alone. A 429 is no try."""
    site.pages["/list.json"] = reply(200, json.dumps([{"TITLE": "公告", "URL": "/p/1"}]).encode())
    fields = {"type": "json-list", "url": site.url("/list.json"), "select": {**GOV_CN, "page": "#c"}}
    site.pages["/p/1"] = reply(429)
    fetched = await read(**fields)
    site.pages["/p/1"] = reply(200, b"<div>redesigned</div>", content_type="text/html")
    counts, lines = [len(fetched.items)], list(fetched.problems)
    for _ in range(4):
        fetched = await read(fetched.validators, **fields)
        counts.append(len(fetched.items))
        lines += fetched.problems
    assert counts == [0, 0, 0, 1, 0]
    assert len(lines) == 4
    assert "redesigned? correct it" in lines[1]


@asynccontextmanager
async def turn(url: str) -> AsyncIterator[None]:
    """Let everything be read but what lies under /no."""
    if "/no" in url:
        raise Denied(f"robots.txt asks to stay away from {url}")
    yield


async def test_a_page_that_robots_forbid_is_not_read(site: Site, read: Read) -> None:
    """Neither the watched page, nor an article's, nor one that it leads to; an article comes without its text then."""
    site.pages["/list.json"] = reply(200, json.dumps([{"TITLE": "公告", "URL": "/no/1"}]).encode())
    fields = {"type": "json-list", "url": site.url("/list.json"), "select": {**GOV_CN, "page": "#c"}}
    fetched = await read(**fields, page_turn=turn)
    assert [one["title"] for one in fetched.items] == ["公告"]
    assert "stay away" in fetched.problems[0]
    site.pages["/moved"] = reply(302, location="/no/list")
    site.pages["/no/list"] = reply(200, PAGE)
    for path in ("/no/list", "/moved"):
        with pytest.raises(Denied):
            await read(type="page", url=site.url(path), select={"items": "div.news"}, page_turn=turn)
    assert [path for path, _ in site.asked] == ["/list.json", "/moved", "/no/list"]


PAGE = b"""<html><body><div class=news><a href="/a/1">Order No. 1</a> 24 November 2026</div>
<div class=news><a href="javascript:alert(1)">Trap</a></div><div class=news>No link at all</div></body></html>"""


async def test_a_page_without_any_feed_is_watched(site: Site, read: Read) -> None:
    """The link of each element is its title and address by default; a javascript link is no article."""
    site.pages["/news"] = reply(200, PAGE, content_type="text/html")
    fetched = await read(type="page", url=site.url("/news"), select={"items": "div.news"})
    assert fetched.items == ({"title": "Order No. 1", "url": site.url("/a/1")},)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"<html><body><p>New design</p></body></html>", "nothing matches select.items"),
        (b"<div class=news>gone</div><div class=news>too</div>", "2 elements match select.items, but none"),
    ],
)
async def test_a_redesign_is_an_error_not_silence(site: Site, read: Read, body: bytes, says: str) -> None:
    """A page on which nothing is found fails with a line that says what to correct."""
    site.pages["/news"] = reply(200, body, content_type="text/html")
    with pytest.raises(ChangedShape, match=says):
        await read(type="page", url=site.url("/news"), select={"items": "div.news"})


@pytest.mark.parametrize(
    ("body", "select", "says"),
    [
        (b'{"data": {}}', {**GOV_CN, "items": "data.list"}, "no array at select.items"),
        (b'[{"title": "a"}]', GOV_CN, "none of 1 elements has a title"),
        (b'{"data": {"html": 3}}', MOFCOM, "no text at select.html"),
        (b'{"data": {"html": "<p>none</p>"}}', MOFCOM, "nothing matches select.items"),
        (b"<html>", GOV_CN, "not JSON"),
    ],
)
async def test_a_list_of_another_shape_is_said(
    site: Site, read: Read, body: bytes, select: dict[str, str], says: str
) -> None:
    """A list that is not where `select` says is an error with the name of the selector."""
    site.pages["/list.json"] = reply(200, body)
    with pytest.raises(ChangedShape, match=says):
        await read(type="json-list", url=site.url("/list.json"), select=select)


@pytest.mark.parametrize(
    ("select", "says"),
    [
        (None, "select is missing"),
        ({}, "select is missing"),
        ({"items": "div..x"}, "select.items 'div..x' is not a CSS selector"),
        ({"items": "div", "date_format": "day"}, "select.date_format"),
        ({"items": "div", "itmes": "x"}, "itmes"),
    ],
)
def test_a_wrong_selector_is_said_when_the_source_is_set(select: dict[str, str] | None, says: str) -> None:
    """A selector that cannot be read is refused with its name, before anything is fetched."""
    with pytest.raises(NotASource, match=says):
        read_spec({"id": "s", "type": "page", "url": "https://a.example/", "select": select})


@pytest.mark.parametrize(
    ("text", "date_format", "read_as"),
    [
        ("2026年11月4日", "", "2026-11-04"),
        ("2026년 11월 4일(수)", "", "2026-11-04"),
        ("[2026-11-24]", "", "2026-11-24"),
        ("24.11.2026", "%d.%m.%Y", "2026-11-24T00:00:00+00:00"),
        ("24/11", "%d.%m.%Y", "24/11"),
        ("2026-11-24T08:00:00+09:00", "", "2026-11-24T08:00:00+09:00"),
        ("", "", None),
    ],
)
def test_dates_as_pages_write_them(text: str, date_format: str, read_as: str | None) -> None:
    """East Asian dates, days in brackets and dates of a given form become ISO 8601."""
    assert written_date(text, date_format) == read_as
