"""`chokepoint push` against the real push API over SQLite, with a list in the place of Kafka."""

import json
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from fastapi import Depends, FastAPI
from pydantic import SecretStr

from schemas.article import Article
from services.cli.push import BATCH_ARTICLES, Placed, batches
from services.ingest.answers import Answers
from services.ingest.api.articles import Push, articles_router
from services.ingest.app import MIGRATIONS
from services.ingest.intake import Intake
from services.ingest.store import ArticleStore
from services.runtime.clock import utc_now
from services.runtime.database import Database
from services.runtime.language import detect_language
from services.runtime.security import TokenGate, install_problem_handlers
from tests.cli.conftest import Run, only_line, served

TOKEN = "a token of the tests"


@dataclass
class Ingest:
    """A push API at `url`; `published` is what Kafka would have."""

    folder: Path
    url: str = ""
    published: list[Article] = field(default_factory=list)


def _app(ingest: Ingest) -> FastAPI:
    db = Database(f"sqlite+aiosqlite:///{ingest.folder / 'ingest.db'}", "ingest", MIGRATIONS)

    async def publish(articles: Sequence[Article]) -> None:
        ingest.published.extend(articles)

    def count(_articles: int) -> None:
        """Stand for the book of sources, which nobody reads here."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await db.start()
        yield
        await db.stop()

    app = FastAPI(lifespan=lifespan)
    push = Push(Intake(ArticleStore(db), publish, utc_now), Answers(db), utc_now, detect_language, count)
    app.include_router(articles_router(push), dependencies=[Depends(TokenGate(SecretStr(TOKEN)))])
    install_problem_handlers(app)
    return app


@pytest.fixture
def ingest(tmp_path: Path, home: Path) -> Iterator[Ingest]:
    """Serve the push API in a thread, and keep its token where `up` would."""
    (home / "token").write_text(f"{TOKEN}\n")
    ingest = Ingest(tmp_path)
    with served(_app(ingest)) as ingest.url:
        yield ingest


def test_each_id_comes_with_what_became_of_it(invoke: Run, ingest: Ingest) -> None:
    """New, then unchanged, then revised: the ids stay, and only what is new reaches Kafka."""
    line = '{"id": "a", "title": "One", "text": "first"}\n'
    outputs = [
        invoke("push", "-", "--server", ingest.url, stdin=text).stdout
        for text in (line, line, line.replace("first", "second"))
    ]
    assert outputs == ["a new\n", "a unchanged\n", "a revised (revision 2)\n"]
    assert [(one.id, one.revision, one.text) for one in ingest.published] == [("a", 1, "first"), ("a", 2, "second")]


def test_broken_and_refused_lines_are_said_and_the_rest_is_taken(invoke: Run, ingest: Ingest, tmp_path: Path) -> None:
    """A line that is no JSON and one that ingest refuses are named by file and line; exit 1."""
    file = tmp_path / "news.jsonl"
    file.write_text(
        '{"id": "a", "text": "x"}\n{broken\n\n{"text": "y", "url": "no address"}\n{"id": "d", "text": "z"}\n'
    )
    done = invoke("push", str(file), "--server", ingest.url)
    assert done.returncode == 1
    assert done.stdout == "a new\nd new\n"
    first, second = done.stderr.splitlines()
    assert first.startswith(f"chokepoint: {file}, line 2: is not valid JSON")
    assert second.startswith(f"chokepoint: {file}, line 4: url: ")


def test_when_all_is_refused_each_line_is_said(invoke: Run, ingest: Ingest) -> None:
    """A request without one good article still names its lines."""
    done = invoke("push", "-", "--server", ingest.url, stdin='{"text": "y", "url": "no address"}\n')
    assert done.returncode == 1
    assert "standard input, line 1: url: " in only_line(done.stderr)


def test_plain_text_and_source_come_through(invoke: Run, ingest: Ingest, tmp_path: Path) -> None:
    """A text file is an article with its first line as title; the source of a JSON article is kept."""
    file = tmp_path / "story.txt"
    file.write_text("Headline\nThe story, told in English words for the detector.\n")
    source = {"id": "gazette", "name": "The Gazette", "kind": "official", "country": "JP"}
    invoke("push", str(file), "--server", ingest.url)
    invoke("push", "-", "--server", ingest.url, stdin=json.dumps({"text": "t", "source": source}))
    text, with_source = ingest.published
    assert (text.title, text.text.splitlines()[0]) == ("Headline", "Headline")
    assert with_source.source.model_dump(mode="json") == source


def test_an_unknown_language_is_noted(invoke: Run, ingest: Ingest) -> None:
    """A language that is no language is said in one line; the article is taken without it."""
    done = invoke("push", "-", "--server", ingest.url, stdin='{"id": "a", "text": "x", "lang": "klingon-xx"}')
    assert done.stdout == "a new\n"
    assert "klingon-xx" in only_line(done.stderr)


def test_a_language_that_is_not_read_is_said(invoke: Run, ingest: Ingest) -> None:
    """Irish is taken and kept, and one line says that no alert will come of it; English needs no line."""
    irish = "Tá an rialtas ag smaoineamh ar chosc ar onnmhairiú éisc agus mianraí as an tír seo, a deir an tAire inniu."
    english = "The government is thinking about a ban on exports of fish and minerals, the minister said today."
    lines = "".join(json.dumps({"id": text.split()[0], "text": text}) + "\n" for text in (irish, english))
    done = invoke("push", "-", "--server", ingest.url, stdin=lines)
    assert done.stdout == "Tá new\nThe new\n"
    assert "its language (ga) is none that Chokepoint reads" in only_line(done.stderr)


def test_many_articles_go_in_several_requests(invoke: Run, ingest: Ingest) -> None:
    """A thousand lines arrive once each, in order."""
    count = 2 * BATCH_ARTICLES + 1
    stdin = "".join(f'{{"id": "n{number}", "text": "t{number}"}}\n' for number in range(count))
    done = invoke("push", "-", "--server", ingest.url, stdin=stdin)
    assert done.stdout.split()[::2] == [f"n{number}" for number in range(count)]
    assert [one.id for one in ingest.published] == [f"n{number}" for number in range(count)]


def test_batches_hold_both_limits() -> None:
    """A request has at most so many articles and so many bytes; nothing is lost or moved."""
    small = [Placed("p", b"x")] * (BATCH_ARTICLES + 1)
    large = [Placed("p", b"x" * 800_000)] * 3
    assert [len(batch) for batch in batches(small)] == [BATCH_ARTICLES, 1]
    assert [len(batch) for batch in batches(large)] == [2, 1]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("big.txt", b"a" * 50_000_000, "larger than 900 kB"),
        ("empty.txt", b"", "is empty"),
        ("bad.json", b'{"title": ', "not valid JSON"),
        ("image.png", b"\x89PNG\r\n\x1a\n\0\0", "binary"),
    ],
)
def test_what_is_no_article_is_one_line(invoke: Run, ingest: Ingest, name: str, content: bytes, reason: str) -> None:
    """A huge, empty, invalid or binary file: one line, exit 1, and nothing reaches ingest."""
    file = ingest.folder / name
    file.write_bytes(content)
    done = invoke("push", str(file), "--server", ingest.url)
    assert done.returncode == 1
    assert reason in only_line(done.stderr)
    assert ingest.published == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/", "http://localhost/x", "http://[::1]/", "http://2130706433/"])
def test_a_private_url_is_refused(invoke: Run, ingest: Ingest, url: str) -> None:
    """No request goes to this machine or its network, whatever the address is spelt like."""
    done = invoke("push", url, "--server", ingest.url)
    assert done.returncode == 1
    assert url in only_line(done.stderr)
    assert ingest.published == []


def test_a_page_is_fetched_and_its_text_pushed(invoke: Run, ingest: Ingest) -> None:
    """With private addresses allowed, a page of this machine is read in its own encoding, over a redirect."""

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            moved = self.path == "/old"
            self.send_response(301 if moved else 200)
            self.send_header("location", "/new") if moved else self.send_header("content-type", "text/html")
            self.end_headers()
            if not moved:
                page = "<html><head><meta charset='windows-1251'><title>Новость</title></head><body><p>Текст</p></body>"
                self.wfile.write(page.encode("windows-1251"))

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Pages) as pages:
        threading.Thread(target=pages.serve_forever, daemon=True).start()
        at = f"http://127.0.0.1:{pages.server_port}"
        done = invoke("push", f"{at}/old", "--server", ingest.url, CHOKEPOINT_EGRESS__ALLOW_PRIVATE="true")
        pages.shutdown()
    assert done.stderr == ""
    (article,) = ingest.published
    assert (article.title, article.text, article.url) == ("Новость", "Текст", f"{at}/new")


def test_no_server_says_what_to_start(invoke: Run) -> None:
    """Where nothing listens, the line names the address and the command to run."""
    done = invoke("push", "-", "--server", "http://127.0.0.1:9", stdin="hello")
    assert done.returncode == 1
    assert "chokepoint up" in only_line(done.stderr)


def test_a_wrong_or_missing_token_says_which_setting(invoke: Run, ingest: Ingest, home: Path) -> None:
    """Both name CHOKEPOINT_API__TOKEN."""
    wrong = invoke("push", "-", "--server", ingest.url, stdin="hello", CHOKEPOINT_API__TOKEN="wrong")
    (home / "token").unlink()
    missing = invoke("push", "-", "--server", ingest.url, stdin="hello")
    assert "refuses the token; set CHOKEPOINT_API__TOKEN" in only_line(wrong.stderr)
    assert "there is none; set CHOKEPOINT_API__TOKEN" in only_line(missing.stderr)
    assert (wrong.returncode, missing.returncode) == (1, 1)
