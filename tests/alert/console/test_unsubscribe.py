"""Unsubscribing with one click (RFC 8058), and by no less than one."""

import httpx
import pytest

from services.alert.channels.unsubscribe import unsubscribe_token
from tests.alert.api.site import BASE, SECRET, Site

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def link(name: str = "buyers") -> str:
    """Return the address in a mail."""
    return f"/unsubscribe/{unsubscribe_token(SECRET, name)}"


@pytest.fixture
async def reader(site: Site) -> httpx.AsyncClient:
    """Return a client without a token, and one mail destination."""
    await site.ask("PUT", "/api/v1/destinations/buyers", 201, json={"type": "email", "to": ["a@shop.example"]})
    return httpx.AsyncClient(transport=httpx.ASGITransport(site.app), base_url=BASE)


async def reason(site: Site) -> str | None:
    """Return why the destination is disabled."""
    shown = await site.ask("GET", "/api/v1/destinations/buyers")
    why: str | None = shown.get("disabled_reason")
    return why


async def test_looking_changes_nothing(site: Site, reader: httpx.AsyncClient) -> None:
    """Mail filters open every link: GET and HEAD only show a button, and no address of a reader."""
    for _ in range(2):
        shown = await reader.get(link())
        assert shown.status_code == 200
        assert 'name="List-Unsubscribe" value="One-Click"' in shown.text
        assert "a@shop.example" not in shown.text
    await reader.head(link())
    assert await reason(site) is None


@pytest.mark.parametrize("as_files", [False, True])
async def test_one_click(site: Site, reader: httpx.AsyncClient, *, as_files: bool) -> None:
    """A POST as the RFC writes it, in either encoding, without login or cookie; twice is the same as once."""
    for _ in range(2):
        files = {"List-Unsubscribe": (None, "One-Click")}
        done = await (reader.post(link(), files=files) if as_files else reader.post(link(), data=ONE_CLICK))
        assert done.status_code == 200
        assert "You are unsubscribed" in done.text
    assert "unsubscribed with the link" in str(await reason(site))
    assert "You are unsubscribed" in (await reader.get(link())).text
    await site.ask("POST", "/api/v1/destinations/buyers/enable")
    assert await reason(site) is None


async def test_what_is_no_unsubscribe_request_changes_nothing(site: Site, reader: httpx.AsyncClient) -> None:
    """A POST without the field, a forged token, one that was cut, and one for somebody else's secret."""
    assert (await reader.post(link(), data={"a": "b"})).status_code == 400
    assert (await reader.post(link(), content=b"x" * 100_000)).status_code == 413
    for path in ("/unsubscribe/x", link()[:-3], f"/unsubscribe/{unsubscribe_token('other', 'buyers')}"):
        assert (await reader.get(path)).status_code == 404
        assert (await reader.post(path, data=ONE_CLICK)).status_code == 404
    assert await reason(site) is None


async def test_a_destination_that_is_gone_is_unsubscribed(reader: httpx.AsyncClient) -> None:
    """Its old links still answer."""
    assert (await reader.post(link("gone"), data=ONE_CLICK)).status_code == 200
    assert "You are unsubscribed" in (await reader.get(link("gone"))).text
