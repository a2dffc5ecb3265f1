"""Identity: what is new, what is an edit, what was seen."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from schemas.article import Article, Source, SourceKind
from services.ingest.identity import Draft, Known, Status, decide

SOURCE = Source(id="gazette", name="Gazette", kind=SourceKind.OFFICIAL)
AT = datetime(2026, 11, 24, tzinfo=UTC)


def draft(
    text: str = "text", url: str | None = "https://gazette.example/1", title: str = "title", given_id: str | None = None
) -> Draft:
    """Make a draft with what a test is about."""
    return Draft(id=given_id, url=url, source=SOURCE, title=title, text=text, fetched_at=AT)


def test_the_id_is_the_contracts_own() -> None:
    """The id comes from the canonical address, else from the content; a given id stands."""
    assert draft(url="https://Gazette.example/1?utm_source=x").article_id == Article.id_for(
        "https://gazette.example/1", "", ""
    )
    assert draft(url=None).article_id == Article.id_for(None, "title", "text")
    assert draft(given_id="mine-7").article_id == "mine-7"


def test_new_then_unchanged_then_revised() -> None:
    """A first text is revision 1, the same again is nothing, another one is revision 2, and the first stays known."""
    decisions = decide([draft("a"), draft("a"), draft("b"), draft("a")], {})
    assert [(one.revision, one.status) for one in decisions] == [
        (1, Status.NEW),
        (1, Status.UNCHANGED),
        (2, Status.REVISED),
        (1, Status.UNCHANGED),
    ]


def test_two_wordings_of_one_page_do_not_take_turns() -> None:
    """Two sources that word one page differently give two revisions, however often they are polled."""
    known = {draft().article_id: Known({draft("a").content_hash: 1, draft("b").content_hash: 2})}
    assert {one.status for one in decide([draft("a"), draft("b"), draft("a")], known)} == {Status.UNCHANGED}


def test_only_title_and_text_make_a_revision() -> None:
    """A new date, address spelling or source of the same words is no edit."""
    first, other = draft(), draft(url="https://gazette.example/1#part")
    assert first.content_hash == other.content_hash
    assert draft(title="other").content_hash != first.content_hash


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=30))
def test_revisions_count_up_without_a_gap(steps: list[tuple[int, int]]) -> None:
    """Whatever comes in whatever order, the published revisions of each article are 1, 2, 3 … and each content once."""
    drafts = [draft(f"text {content}", url=f"https://gazette.example/{page}") for page, content in steps]
    out = [article for one in decide(drafts, {}) if (article := one.article)]
    for page in {article.id for article in out}:
        assert [a.revision for a in out if a.id == page] == list(range(1, sum(a.id == page for a in out) + 1))
    assert len({(a.id, a.text) for a in out}) == len(out) == len(set(steps))
