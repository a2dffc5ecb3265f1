"""Find what a site publishes for programs: its feeds and news sitemaps, each tried before it is named."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from protego import Protego
from resiliparse.parse.html import HTMLTree

from services.ingest.sources import READERS
from services.ingest.sources.reader import ChangedShape, Document, Reach
from services.ingest.sources.request import Answer, ask
from services.ingest.sources.selected import absolute
from services.ingest.spec import SourceSpec, SourceType
from services.runtime.failure import Permanent, Transient

MOST_TRIED = 12
_LOOKED_AT = 2000
_ROOT = re.compile(r"^(?:<[?!][^>]*>\s*)*<(?:rss|feed|rdf:RDF|urlset|sitemapindex)\b")
FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")
USUAL_PLACES = ("/feed/", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/news-sitemap.xml", "/sitemap_news.xml")
"""Where many sites keep them; asked only where the site names none itself."""


@dataclass(frozen=True)
class Found:
    """One address that was tried: a source with what it lists, newest first, or what is wrong with it."""

    spec: SourceSpec
    items: tuple[Document, ...] = ()
    problem: str | None = None


async def discover(url: str, reach: Reach) -> list[Found]:
    """Return what was found at a site or address, those that can be read first.

    Raises Permanent or Transient where the address itself cannot be had.
    """
    answer = await ask(reach, url, {}, accept="text/html, application/xml;q=0.9, */*;q=0.5")
    places = [answer.final_url] if is_for_programs(answer) else await _places(answer, reach)
    tried = [await _try(place, reach) for place in list(dict.fromkeys(places))[:MOST_TRIED]]
    return sorted(tried, key=lambda one: (one.problem is not None, not one.items))


def is_for_programs(answer: Answer) -> bool:
    """Tell a feed or sitemap from a page for people, by its first letters."""
    start = answer.text.lstrip("\ufeff \r\n\t")[:2000]
    return bool(
        re.match(r"(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<(?:rss|feed|rdf:RDF|urlset|sitemapindex)\b", start)
    ) or (start.startswith("{") and "jsonfeed.org" in start)


async def _places(page: Answer, reach: Reach) -> list[str]:
    declared = alternates(page.text, page.final_url)
    declared += [one for one in await _sitemaps(page.final_url, reach) if "news" in one.lower()]
    return declared or [urljoin(page.final_url, place) for place in USUAL_PLACES]


def alternates(html: str, base_url: str) -> list[str]:
    """Return the feeds that a page names in its head (HTML Living Standard, section 4.6.7.1)."""
    root = HTMLTree.parse(html).document
    links = root.query_selector_all("link[rel~=alternate][href]") if root is not None else []
    named = [(str(one["type"] if "type" in one.attrs else ""), absolute(str(one["href"]), base_url)) for one in links]
    return [url for kind, url in named if kind.strip().lower() in FEED_TYPES and url]


async def _sitemaps(url: str, reach: Reach) -> Iterable[str]:
    try:
        robots = await ask(reach, urljoin(url, "/robots.txt"), {})
    except (Permanent, Transient):
        return []
    return [one for one in Protego.parse(robots.text).sitemaps if absolute(one, url)]


async def _try(url: str, reach: Reach) -> Found:
    """Read an address as what its name says, and as the other kind where that is wrong."""
    first, second = SourceType.FEED, SourceType.SITEMAP
    if "sitemap" in url.lower():
        first, second = second, first
    found = await _try_as(first, url, reach)
    if found.problem is None or not isinstance(found, _WrongKind):
        return found
    other = await _try_as(second, url, reach)
    return other if other.problem is None else found


@dataclass(frozen=True)
class _WrongKind(Found):
    """What answers, but is not of the kind it was tried as."""


async def _try_as(kind: SourceType, url: str, reach: Reach) -> Found:
    spec = SourceSpec(id=name_of(url), type=kind, url=url)
    try:
        fetched = await READERS[kind].fetch(spec, {}, reach)
    except ChangedShape as error:
        return _WrongKind(spec, problem=str(error))
    except (Permanent, Transient) as error:
        return Found(spec, problem=str(error))
    return Found(spec, tuple(reversed(fetched.items)))


def name_of(url: str) -> str:
    """Return an id made from an address: its host and the words of its path."""
    parts = urlsplit(url)
    host = (parts.hostname or "source").removeprefix("www.")
    words = re.findall(r"[a-z0-9]+", parts.path.lower())
    told = [word for word in words if word not in {"rss", "xml", "feed", "feeds", "atom", "index", "php", "json"}]
    return re.sub(r"[^a-z0-9]+", "-", "-".join([host, *told])).strip("-")[:100] or "source"
