"""The Federal Register's API as its documentation shows it."""

import pytest

from services.ingest.sources.federal_register import query
from services.ingest.sources.reader import ChangedShape
from tests.ingest.site import Site, reply
from tests.ingest.sources.conftest import Read
from tests.ingest.sources.stages import recorded

PRINTED = "/api/v1/documents.json?conditions[agencies][]=industry-and-security-bureau"
ABSTRACT = (
    "In this final rule, the Bureau of Industry and Security (BIS) amends the Export Administration Regulations by "
    "adding 12 entities to the Entity List under the destination of the People's Republic of China."
)
FILED = "/api/v1/public-inspection-documents.json?conditions[agencies][]=industry-and-security-bureau"


def serve(site: Site, path: str, body: bytes) -> str:
    """Answer the query as the reader completes it."""
    url = site.url(path)
    site.pages[query(url).removeprefix(site.address)] = reply(200, body)
    return url


async def test_a_rule_says_who_and_when(site: Site, read: Read) -> None:
    """A rule's text has agency, action, abstract and effective date; its number is its name; oldest first."""
    url = serve(site, PRINTED, recorded("federal-register.json"))
    items = (await read(type="federal-register", url=url)).items
    assert [one["title"] for one in items] == ["Information Collection", "Additions to the Entity List"]
    rule = items[1]
    assert (rule["id"], rule["published_at"], rule["language"]) == ("federal-register:2026-25101", "2026-11-24", "en")
    assert rule["text"].splitlines() == [
        "Final rule of the Commerce Department, Industry and Security Bureau of the United States.",
        ABSTRACT,
        "This rule is effective November 24, 2026.",
        "Effective on 2026-11-24.",
    ]


async def test_a_document_filed_and_printed_is_one(site: Site, read: Read) -> None:
    """Public inspection gives the same article days before, under the same name."""
    url = serve(site, FILED, recorded("public-inspection.json"))
    [filed] = (await read(type="federal-register", url=url)).items
    assert (filed["id"], filed["published_at"]) == ("federal-register:2026-25101", "2026-11-21T16:15:00.000-05:00")
    assert "to be published on 2026-11-24" in filed["text"]


def test_what_a_query_says_itself_stands() -> None:
    """Fields, order and number are added only where the address does not give them."""
    url = "https://www.federalregister.gov/api/v1/documents.json?per_page=5&order=relevance&fields[]=title"
    assert query(url).endswith("per_page=5&order=relevance&fields%5B%5D=title")
    assert "order=newest" in query(url.replace("&order=relevance", ""))


async def test_a_day_without_documents_is_no_error(site: Site, read: Read) -> None:
    """The API leaves `results` out where there is none."""
    assert (await read(type="federal-register", url=serve(site, PRINTED, b'{"count": 0}'))).items == ()


@pytest.mark.parametrize("body", [b"[]", b'{"errors": {}}', b'{"results": 3}', b"<html>"])
async def test_another_shape_is_said(site: Site, read: Read, body: bytes) -> None:
    """What is no list of documents is refused in one line."""
    with pytest.raises(ChangedShape):
        await read(type="federal-register", url=serve(site, PRINTED, body))
