"""Getting in: the token once, a cookie afterwards, and nobody sent elsewhere."""

from datetime import timedelta

import httpx
import pytest

from services.alert.console.attempts import FAILURES_ALLOWED, WINDOW_SECONDS
from services.runtime.security import SESSION_COOKIE
from tests.alert.api.site import BASE, TOKEN, Site

FROM_HERE = {"sec-fetch-site": "same-origin"}


def browser(site: Site) -> httpx.AsyncClient:
    """Return a client without the token, as a browser is."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(site.app), base_url=BASE)


async def test_the_form(site: Site) -> None:
    """A page asks for the token and leads back to what was asked for; logging out takes the cookie back."""
    async with browser(site) as client:
        sent_on = await client.get("/measures/mea_1?a=b")
        assert (sent_on.status_code, sent_on.headers["location"]) == (303, "/login?next=%2Fmeasures%2Fmea_1%3Fa%3Db")
        form = await client.get(sent_on.headers["location"], headers=FROM_HERE)
        assert form.status_code == 200
        assert 'name="next" value="/measures/mea_1?a=b"' in form.text
        fields = {"token": f" {TOKEN} ", "next": "/measures/mea_1?a=b"}
        done = await client.post("/login", data=fields, headers=FROM_HERE)
        assert (done.status_code, done.headers["location"]) == (303, "/measures/mea_1?a=b")
        cookie = done.headers["set-cookie"]
        assert all(word in cookie for word in (SESSION_COOKIE, "HttpOnly", "SameSite=strict"))
        assert TOKEN not in cookie
        assert (await client.get("/")).status_code == 200
        assert (await client.get("/api/v1/measures")).status_code == 200
        assert (await client.post("/logout", headers=FROM_HERE)).headers["location"] == "/login?again=1"
        assert (await client.get("/")).status_code == 303


@pytest.mark.parametrize("path", [f"/login?token={TOKEN}", f"/?token={TOKEN}"])
async def test_the_address_that_up_prints(site: Site, path: str) -> None:
    """It sets the cookie and goes on at once; the token stays in no address, referrer or cache."""
    async with browser(site) as client:
        answer = await client.get(path)
        if answer.headers["location"].startswith("/login"):
            assert answer.headers["referrer-policy"] == "no-referrer"
            answer = await client.get(answer.headers["location"])
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert (await client.get("/")).status_code == 200


async def test_a_link_from_elsewhere_is_loaded_once_more(site: Site) -> None:
    """A strict cookie does not come with a click in Slack: the page asks again by itself, then for the token."""
    async with browser(site) as client:
        first = await client.get("/login?next=/measures/mea_1", headers={"sec-fetch-site": "cross-site"})
        again = "/login?again=1&next=%2Fmeasures%2Fmea_1"
        assert f'http-equiv="refresh" content="0; url={again.replace("&", "&amp;")}"' in first.text
        assert "password" not in first.text
        assert 'type="password"' in (await client.get(again, headers={"sec-fetch-site": "cross-site"})).text
        await client.get(f"/login?token={TOKEN}")
        back = await client.get(again)
        assert (back.status_code, back.headers["location"]) == (303, "/measures/mea_1")


async def test_nobody_is_sent_elsewhere(site: Site) -> None:
    """Whatever `next` says, the way after the login is a path of this site."""
    elsewhere = ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a\nb", "/login")
    async with browser(site) as client:
        for then in elsewhere:
            by_form = await client.post("/login", data={"token": TOKEN, "next": then}, headers=FROM_HERE)
            by_link = await client.get("/login", params={"token": TOKEN, "next": then})
            assert [by_form.headers["location"], by_link.headers["location"]] == ["/", "/"], then


async def test_guessing_is_slowed_down(site: Site) -> None:
    """A wrong token is 401; after ten in a minute even the right one waits, and says how long."""
    async with browser(site) as client:
        for _ in range(FAILURES_ALLOWED):
            wrong = await client.post("/login", data={"token": "guess"}, headers=FROM_HERE)
            assert (wrong.status_code, SESSION_COOKIE in client.cookies) == (401, False)
            assert "This is not the token" in wrong.text
        waits = await client.get(f"/login?token={TOKEN}")
        assert (waits.status_code, waits.headers["retry-after"]) == (429, str(WINDOW_SECONDS))
        site.now += timedelta(seconds=WINDOW_SECONDS + 1)
        assert (await client.get(f"/login?token={TOKEN}")).status_code == 303


async def test_a_form_that_is_too_long_is_refused(site: Site) -> None:
    """Nobody without a token makes us read megabytes."""
    async with browser(site) as client:
        assert (await client.post("/login", content=b"token=" + b"x" * 100_000)).status_code == 413


async def test_behind_https_the_cookie_is_secure(site: Site) -> None:
    """It is never sent over plain http where the page came by https."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(site.app), base_url="https://console.example") as client:
        assert "Secure" in (await client.get(f"/login?token={TOKEN}")).headers["set-cookie"]
