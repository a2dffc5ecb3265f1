"""What the pages show, and that it stays text whatever it was on the web."""

import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import services.alert.console
from schemas.detection import Detection, Evidence
from services.alert.console.headers import CONTENT_SECURITY_POLICY
from tests.alert.api.site import Site
from tests.alert.channels.sample import NASTY
from tests.alert.reports import control, pact, sanction

STATIC = Path(services.alert.console.__file__).parent / "static"
PLACES = tuple(
    "AR AU BD BO BR CA CL CO DZ EC EG ET GH ID IN JP KE KH KR KZ LK MA MM MX MY NG".split()  # noqa: SIM905 - codes
)
ARABIC = "أعلنت الصين يوم الثلاثاء قيودا جديدة على تصدير الغاليوم."


class Page(HTMLParser):
    """The elements of a page as a browser sees them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of an element."""
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Take note of text."""
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of every such element."""
        return [attributes for name, attributes in self.elements if name == tag]


async def page(site: Site, path: str, status: int = 200) -> Page:
    """Return a page."""
    answer = await site.client.get(path)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return Page(answer.text)


async def measure_page(site: Site) -> Page:
    """Return the page of the newest measure."""
    [newest, *_] = (await site.ask("GET", "/api/v1/measures"))["items"]
    return await page(site, f"/measures/{newest['id']}")


def with_words(detection: Detection, words: str, url: str | None = None) -> Detection:
    """Return the detection with these words in every place that comes from the web."""
    source = detection.article.source.model_copy(update={"name": words or "x"})
    article = detection.article.model_copy(update={"title": words, "url": url, "source": source})
    evidence = (Evidence(claim="kind", quote=words, start=0, end=len(words)),)
    changes = {"article": article, "evidence": evidence, "entities": (words,), "instrument": words}
    return detection.model_copy(update=changes)


async def test_the_empty_page_says_what_to_do_next(site: Site) -> None:
    """Three steps, each with its command."""
    shown = await page(site, "/")
    assert "Nothing yet" in shown.text
    assert all(command in shown.text for command in ("chokepoint push", "chokepoint apply", "chokepoint doctor"))


async def test_the_list(site: Site) -> None:
    """Each measure with its severity in words, its quote in its own language, its times as text; alerts beside it."""
    await site.tell(control(issuers="CN", goods="gallium", language="ar", quote=ARABIC, url="https://news.example/1"))
    await site.tell(sanction(issuers="EU", targets="RU", entities=("Volga Shipping",)))
    shown = await page(site, "/")
    assert {"lang": "ar", "dir": "rtl"} in shown.all("blockquote")
    assert ARABIC in shown.text
    assert "just now" in shown.text
    assert re.search(r"(Low|Medium|High|Critical) severity", shown.text)
    assert len(shown.all("time")) == 4
    [link] = [one for one in shown.all("a") if one.get("href") == "https://news.example/1"]
    assert link["rel"] == "noopener noreferrer nofollow"
    assert {"announce", "news", "main"} <= {attributes.get("id") for _, attributes in shown.elements}


async def test_filters(site: Site) -> None:
    """By kind, stage and words; what is not known filters nothing; what fits nothing says so."""
    await site.tell(control(issuers="CN", goods="gallium"), pact(issuers="US JP", goods="rare-earths"))
    for query, there, gone in (
        ("kind=export_control", "China", "Japan"),
        ("kind=supply_pact&kind=sanction", "Japan", "China"),
        ("stage=adopted&q=gallium", "China", "Japan"),
    ):
        cards = await cards_of(site, query)
        assert there in cards, query
        assert gone not in cards, query
    assert len(await cards_of(site, "kind=tariff&stage=maybe&cursor=broken")) > 0
    assert "No measure fits these filters" in (await page(site, "/?stage=ended")).text
    checked = [one["value"] for one in (await page(site, "/?kind=sanction")).all("input") if "checked" in one]
    assert checked == ["sanction"]


async def cards_of(site: Site, query: str) -> str:
    """Return the text of the list of measures."""
    text = (await site.client.get(f"/?{query}")).text
    return text.partition('id="cards"')[2].partition("</ol>")[0]


async def test_older_measures_are_on_the_next_page(site: Site) -> None:
    """Twenty-five a page; the next one has the rest and leads back; only the newest is live."""
    for place in PLACES:
        await site.tell(control(issuers=place, goods="rice"))
    first = await page(site, "/")
    [older] = [str(one["href"]) for one in first.all("a") if "cursor=" in str(one.get("href"))]
    second = await page(site, older)
    assert (len(first.all("h3")), len(second.all("h3"))) == (25, 1)
    assert any("data-live" in one for one in first.all("div"))
    assert not any("data-live" in one for one in second.all("div"))


async def test_one_measure(site: Site) -> None:
    """Facts, quotes, articles, stages, why each was merged, and where it was sent."""
    await site.subscribe("desk")
    await site.tell(
        control(issuers="CN", targets="US", goods="gallium", language="ar", quote=ARABIC, instrument="No. 46"),
        control(issuers="CN", targets="US", goods="gallium", day=20, stage="eased"),
    )
    shown = await measure_page(site)
    for words in ("China", "United States", "gallium", "HS 8112.92", "No. 46", "Merged into it", "Opened this measure"):
        assert words in shown.text, words
    assert "Stage changed" in shown.text
    assert "desk-team" in shown.text
    assert {"lang": "ar", "dir": "rtl"} in shown.all("blockquote")
    missing = await page(site, "/measures/mea_none", 404)
    assert "No such measure" in missing.text


async def test_what_came_from_the_web_stays_text(site: Site) -> None:
    """No word of an article becomes an element, an attribute or a script, on no page."""
    for words, place in zip(NASTY, PLACES, strict=False):
        text = words.replace("\0", "")[:300]
        nasty_link = f"https://news.example/{text}"
        await site.tell(with_words(control(issuers=place, goods="rice"), text, nasty_link))
    items = (await site.ask("GET", "/api/v1/measures"))["items"]
    assert len(items) == len(NASTY)
    for path in ("/", *(f"/measures/{item['id']}" for item in items)):
        shown = await page(site, path)
        assert [one.get("src") for one in shown.all("script")] == ["/static/htmx.min.js", "/static/console.js"]
        assert [one["src"] for one in shown.all("img")] == ["/static/icon.svg"]
        names = {name for _, attributes in shown.elements for name in attributes}
        assert not [name for name in names if name.startswith("on") or name == "style"]
        links = [str(one["href"]) for one in shown.all("a")]
        assert all(link.startswith(("/", "#", "https://news.example/")) for link in links)


async def test_links_are_http_alone(site: Site) -> None:
    """Anything else is shown without a link."""
    urls = ("javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "https://user@evil.example/", "//x")
    for url, place in zip(urls, PLACES, strict=False):
        await site.tell(with_words(control(issuers=place, goods="rice"), "Title", url))
    for item in (await site.ask("GET", "/api/v1/measures"))["items"]:
        shown = await page(site, f"/measures/{item['id']}")
        assert all(str(one["href"]).startswith(("/", "#")) for one in shown.all("a"))
        assert "Title" in shown.text
    assert all(str(one["href"]).startswith(("/", "#")) for one in (await page(site, "/")).all("a"))


async def test_headers(site: Site) -> None:
    """Every answer carries them: nothing inline, nothing from elsewhere, in no frame, kept by no cache."""
    for path in ("/", "/login", "/measures/mea_none", "/nothing-here", "/api/v1/alerts", "/static/console.css"):
        headers = (await site.client.get(path)).headers
        assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] in {"same-origin", "no-referrer"}
        assert headers["cache-control"] == ("no-cache" if "static" in path else "no-store")
    assert "unsafe" not in CONTENT_SECURITY_POLICY


async def test_pages_have_what_assistive_technology_needs(site: Site) -> None:
    """A language, landmarks, one h1, labelled fields, unique ids, a polite live region."""
    await site.tell(control(issuers="CN", goods="gallium"))
    for path in ("/", "/login?again=1"):
        site.client.headers["authorization"] = site.client.headers["authorization"] if path == "/" else ""
        shown = await page(site, path)
        assert shown.all("html") == [{"lang": "en"}]
        assert len(shown.all("main")) == len(shown.all("h1")) == len(shown.all("header")) == 1
        ids = [attributes["id"] for _, attributes in shown.elements if "id" in attributes]
        assert len(ids) == len(set(ids))
    front = (await site.client.get("/login?again=1")).text
    assert '<label for="token">' in front


async def test_what_is_served_is_what_was_written_down(site: Site) -> None:
    """The one file that is not ours is served whole, and its checksum stands beside it."""
    served = (await site.client.get("/static/htmx.min.js")).content
    assert hashlib.sha256(served).hexdigest() in (STATIC / "README.md").read_text()
    for name in ("console.css", "console.js", "htmx.min.js"):
        text = (STATIC / name).read_text()
        assert not re.search(r"https?://(?!www\.w3\.org)", text), name
