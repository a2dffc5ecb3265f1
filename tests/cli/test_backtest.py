"""What a backtest prints and draws, whatever order and however many articles it is given."""

import html.parser
import json
import random
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.alert.replay import replay
from services.cli.articles import GivenArticle
from services.cli.backtest import _in_order, _read_all
from services.cli.progress import _line
from services.cli.timeline import STAGES, page
from tests.alert.lives import LIVES
from tests.alert.reports import control
from tests.cli.conftest import Run


def lives() -> list[dict[str, object]]:
    """Return the records of ten real lives."""
    return [
        record
        for reports in LIVES.values()
        for record in replay((detection.article.id, [detection]) for detection in reports)
    ]


class Elements(html.parser.HTMLParser):
    """Collects what a page is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.addresses: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember a tag, and what it would fetch."""
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in {"src", "href", "data"}]

    def handle_data(self, data: str) -> None:
        """Remember a text."""
        self.texts.append(data)


def test_each_measure_has_a_row_each_stage_a_bar_each_article_a_dot() -> None:
    """The picture shows all of it."""
    records = lives()
    drawn = Elements(page(records, "ten lives"))
    assert drawn.tags.count("g") == len(records)
    assert drawn.tags.count("rect") == sum(len(record["milestones"]) for record in records)  # type: ignore[arg-type,misc]
    assert drawn.tags.count("circle") == sum(len(record["history"]) for record in records)  # type: ignore[arg-type,misc]
    assert set(STAGES) <= {text.strip() for text in drawn.texts}


def test_the_page_needs_nothing_else() -> None:
    """No script, nothing to fetch: it opens from a mail, years later."""
    drawn = Elements(page(lives(), "ten lives"))
    assert not drawn.addresses
    assert not {"script", "link", "img", "iframe"} & set(drawn.tags)


def test_what_came_from_a_text_is_shown_and_never_run() -> None:
    """An article's id or a company's name with markup in it stays text."""
    hostile = control(issuers="US", entities=["<script>alert(1)</script>"], article="<img src=x onerror=alert(1)>")
    drawn = Elements(page(replay([(hostile.article.id, [hostile])]), "<b>file</b>"))
    assert not {"script", "img", "b"} & set(drawn.tags)


def test_a_report_without_a_date_has_no_dot() -> None:
    """What is not known to have been said on a day stands on none."""
    undated = control(issuers="US", day=None)
    drawn = Elements(page(replay([(undated.article.id, [undated])]), "one"))
    assert drawn.tags.count("circle") == 0
    assert drawn.tags.count("rect") == 1


def test_nothing_found_is_said() -> None:
    """An empty picture is no picture."""
    assert "No measure was found" in page([], "nothing")


def test_the_order_of_the_files_does_not_matter(invoke: Run, tmp_path: Path) -> None:
    """Articles are taken in order of publication, so shuffled files give the same lines and the same picture."""
    articles = [json.dumps(one) for one in _news()]
    shuffled = random.Random(1).sample(articles, len(articles))  # noqa: S311 - not for secrets
    outputs, pictures = [], []
    for number, lines in enumerate((articles, shuffled)):
        news, picture = tmp_path / str(number) / "news.jsonl", tmp_path / f"{number}.html"
        news.parent.mkdir()
        news.write_text("\n".join(lines), "utf-8")
        done = invoke("backtest", "--html", str(picture), str(news))
        assert (done.returncode, done.stderr) == (0, "")
        outputs.append(done.stdout)
        pictures.append(picture.read_text("utf-8"))
    assert outputs[0]
    assert outputs[0] == outputs[1]
    assert pictures[0] == pictures[1]


def _news() -> list[dict[str, object]]:
    return [
        {"id": f"{day}-{n}", "lang": "en", "published": f"2025-10-{day:02}", "title": title, "text": text}
        for n in range(3)
        for day, title, text in (
            (9, "China tightens rare earth export controls", "China announced new export controls on rare earths."),
            (23, "EU adopts 19th package", "The European Union adopted its 19th package of sanctions against Russia."),
        )
    ]


def test_a_picture_that_cannot_be_written_is_one_line(invoke: Run, tmp_path: Path) -> None:
    """The measures are printed all the same."""
    news = tmp_path / "news.jsonl"
    news.write_text("\n".join(json.dumps(one) for one in _news()), "utf-8")
    done = invoke("backtest", "--html", str(tmp_path / "none" / "t.html"), str(news))
    assert done.returncode == 1
    assert done.stdout
    assert done.stderr.count("\n") == 1
    assert "give a file that can be written" in done.stderr


def test_articles_that_say_nothing_are_not_kept() -> None:
    """Memory grows with what is reported, not with what is read."""

    def many() -> Iterator[GivenArticle]:
        for number in range(5_000):
            yield GivenArticle(id=str(number), text=f"{number} " * 2_000)

    tracemalloc.start()
    try:
        assert list(_in_order(_read_all(many(), lambda _article: ()))) == []
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2_000_000  # one article at a time; all of them are 60 MB


@pytest.mark.parametrize(
    ("count", "total", "line"),
    [
        (1_500, None, "1,500 articles"),
        (25_000, 100_000, "████████░░░░░░░░░░░░░░░░░░░░░░  25% 25,000 of 100,000 articles, 0:03:00 left"),
        (12, 10, "12 articles"),  # a file may hold more than its lines told
    ],
)
def test_the_bar_tells_how_much_is_done_and_left(count: int, total: int | None, line: str) -> None:
    """With a total there is a bar; without one there is a count."""
    assert _line(count, "articles", total, 60.0) == line
