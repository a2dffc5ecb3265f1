"""`chokepoint apply` against the alert service's own objects API over SQLite."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from services.alert.api import install
from services.alert.app import MIGRATIONS
from services.alert.deps import Deps
from services.runtime.clock import utc_now
from services.runtime.database import Database
from services.runtime.security import install_problem_handlers
from services.runtime.settings import ApiSettings, Settings
from tests.cli.conftest import Done, Run, only_line, served

TOKEN = "a token of the tests"
SECRET = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
DESTINATIONS = f"""
kind: destination
id: screen
type: log
---
kind: destination
id: erp
type: webhook
url: https://erp.example/hooks/trade
secret: {SECRET}
---
kind: destination
id: chat
type: slack
url: https://hooks.slack.com/services/T0/B0/x
"""
TEAM = """
kind: subscription
id: magnets-team
destinations: [screen, erp]
match:
  kinds: [export_control]
  commodities: [rare-earths]
"""


def _app(settings: Settings) -> FastAPI:
    db = Database(f"sqlite+aiosqlite:///{settings.home / 'alert.db'}", "alert", MIGRATIONS)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await db.start()
        yield
        await db.stop()

    app = FastAPI(lifespan=lifespan)
    deps = Deps(
        db=db,
        clock=utc_now,
        settings=settings,
        wake=asyncio.Event(),
        worker=cast("Any", None),  # nothing here sends a message
        stopping=asyncio.Event(),
        unsubscribe_secret="",
    )
    install_problem_handlers(app)
    install(app, deps)
    return app


@pytest.fixture
def apply(home: Path, tmp_path: Path, invoke: Run) -> Iterator[Run]:
    """Give `apply(text, …options)`: the text as a file, applied to a server that remembers."""
    (home / "token").write_text(TOKEN)
    with served(_app(Settings(home=tmp_path, api=ApiSettings(token=SecretStr(TOKEN))))) as url:

        def start(text: str, *options: str) -> Done:
            file = tmp_path / "objects.yaml"
            file.write_text(text)
            return invoke("apply", str(file), *options, "--alert-server", url)

        yield start


def test_again_and_again_with_the_same_result(apply: Run) -> None:
    """First everything is created, in order; the same files again change nothing, secrets and hidden addresses too."""
    both = TEAM + "---" + DESTINATIONS
    ids = ["destination screen", "destination erp", "destination chat", "subscription magnets-team"]
    first, second = apply(both), apply(both)
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout.splitlines() == [f"created {one}" for one in ids]
    assert second.stdout.splitlines() == [f"unchanged {one}" for one in ids]


def test_dry_run_shows_the_difference_and_changes_nothing(apply: Run) -> None:
    """Each changed key is shown with before and after; the next real run still has it to do."""
    apply(TEAM + "---" + DESTINATIONS)
    changed = TEAM.replace("[rare-earths]", "[rare-earths, gallium]")
    dry = apply(changed, "--dry-run")
    assert dry.stdout.splitlines() == [
        "changed subscription magnets-team (dry run)",
        '  match.commodities: ["rare-earths"] → ["rare-earths", "gallium"]',
    ]
    assert apply(changed).stdout == "changed subscription magnets-team\n"
    assert apply(changed).stdout == "unchanged subscription magnets-team\n"


def test_a_secret_is_never_shown(apply: Run) -> None:
    """Not when it is new, not when it changes."""
    outputs = [apply(DESTINATIONS, "--dry-run"), apply(DESTINATIONS), apply(DESTINATIONS.replace("MDEy", "MTEy"))]
    assert all("whsec_" not in done.stdout + done.stderr for done in outputs)


def test_a_retired_secret_goes_when_the_file_drops_it(apply: Run) -> None:
    """The server keeps a secret that is left out, so `apply` tells it to let go; then nothing is left to do."""
    erp = f"kind: destination\nid: erp\ntype: webhook\nurl: https://erp.example/hook\nsecret: {SECRET}\n"
    apply(f"{erp}previous_secret: {SECRET.replace('MDEy', 'MTEy')}\n")
    dry = 'changed destination erp (dry run)\n  previous_secret: "**********" → null\n'
    assert apply(erp, "--dry-run").stdout == dry
    assert apply(erp).stdout == "changed destination erp\n"
    assert apply(erp).stdout == "unchanged destination erp\n"


def test_prune_removes_what_the_files_no_longer_name(apply: Run) -> None:
    """Of the kinds that they name; what is named stays."""
    apply(TEAM + "---" + DESTINATIONS)
    kept = "kind: destination\nid: screen\ntype: log\n"
    other = "kind: subscription\nid: other-team\ndestinations: [screen]\n"
    done = apply(f"{kept}---\n{other}", "--prune")
    assert done.stdout.splitlines() == [
        "unchanged destination screen",
        "created subscription other-team",
        "removed subscription magnets-team",
        "removed destination chat",
        "removed destination erp",
    ]


def test_prune_of_a_destination_in_use_is_refused_in_one_line(apply: Run) -> None:
    """What the server refuses is said; the rest is done; exit 1."""
    apply(TEAM + "---" + DESTINATIONS)
    done = apply("kind: destination\nid: screen\ntype: log\n", "--prune")
    assert done.returncode == 1
    assert "magnets-team" in only_line(done.stderr)
    assert "removed destination chat" in done.stdout


def test_a_subscription_to_nowhere_is_refused_before_anything_is_sent(apply: Run) -> None:
    """A destination that is neither in the files nor on the server is a mistake."""
    done = apply(TEAM + "---\nkind: destination\nid: screen\ntype: log\n")
    assert (done.returncode, done.stdout) == (1, "")
    assert "'erp' is neither in the files nor on the server" in only_line(done.stderr)
