"""`chokepoint doctor` on a machine where nothing runs, and against a real mail server."""

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from pydantic import SecretStr

from schemas.topics import TOPICS
from services.alert.app import MIGRATIONS
from services.cli.checks import Failure
from services.cli.checks.database import database_checks
from services.cli.checks.kafka import kafka_checks
from services.cli.checks.smtp import smtp_checks
from services.local.kafka import KafkaServer
from services.runtime.database import Database
from services.runtime.settings import DatabaseSettings, KafkaSettings, Settings, SmtpSettings
from services.runtime.topics import ensure_topics
from tests.cli.conftest import Run


@pytest.fixture
def closed_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def mail() -> Iterator[Controller]:
    """Run a mail server without encryption."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    controller = Controller(Sink(), hostname="127.0.0.1", port=port)
    controller.start()
    yield controller
    controller.stop()


def test_where_nothing_runs_each_part_says_what_to_do(run: Run, closed_port: int) -> None:
    """One line a part; what is not there is named with its address and the way to get it; exit 1."""
    port = str(closed_port)
    environ = {f"CHOKEPOINT_{name}__PORT": port for name in ("INGEST", "CLASSIFY", "ALERT")}
    done = run("doctor", "--sources", **environ, CHOKEPOINT_LOCAL__KAFKA_PORT=port)
    assert (done.returncode, done.stderr) == (1, "")
    state = {line[:26].strip(): line[27:] for line in done.stdout.splitlines()}
    assert state["settings"].startswith("ok")
    assert state["java"].startswith("ok: Java ")
    assert state["database of alert"].startswith("ok: will be made at ")
    for part in ("ingest", "classify", "alert", "destinations", "sources"):
        assert state[part].startswith("failed: ")
        assert port in state[part]
        assert "chokepoint up" in state[part]


def test_a_broken_setting_ends_the_examination(run: Run) -> None:
    """Without settings nothing else can be found, so that is the only line."""
    done = run("doctor", CHOKEPOINT_SMTP__TLS="perhaps")
    assert done.returncode == 1
    assert "failed: CHOKEPOINT_SMTP__TLS" in done.stdout
    assert len(done.stdout.splitlines()) == 1


def test_a_configured_kafka_or_database_that_is_away(run: Run, closed_port: int) -> None:
    """Each failure names the setting that leads there."""
    at = f"127.0.0.1:{closed_port}"
    done = run("doctor", CHOKEPOINT_KAFKA__BOOTSTRAP_SERVERS=at, CHOKEPOINT_DATABASE__URL=f"postgresql://u:p@{at}/d")
    kafka = next(line for line in done.stdout.splitlines() if line.startswith("kafka"))
    database = next(line for line in done.stdout.splitlines() if line.startswith("database of ingest"))
    assert "CHOKEPOINT_KAFKA__BOOTSTRAP_SERVERS" in kafka
    assert "CHOKEPOINT_DATABASE__URL" in database
    assert "u:p" not in done.stdout


def test_a_mail_server_is_greeted(mail: Controller) -> None:
    """A server without encryption is well when that is what is set, and otherwise says which setting to change."""
    settings = SmtpSettings(host="127.0.0.1", port=mail.port, tls="off")
    (check,) = smtp_checks(settings)
    assert check.run() == f"127.0.0.1:{mail.port}, off"
    (check,) = smtp_checks(settings.model_copy(update={"tls": "starttls"}))
    with pytest.raises(Failure) as failure:
        check.run()
    assert "CHOKEPOINT_SMTP__TLS" in failure.value.to_do


def test_a_wrong_login_is_told_from_a_missing_server(mail: Controller, closed_port: int) -> None:
    """Each leads to its own settings."""
    (absent,) = smtp_checks(SmtpSettings(host="127.0.0.1", port=closed_port, tls="off"))
    with pytest.raises(Failure) as failure:
        absent.run()
    assert "CHOKEPOINT_SMTP__HOST" in failure.value.to_do
    (login,) = smtp_checks(SmtpSettings(host="127.0.0.1", port=mail.port, tls="off", username="u"))
    with pytest.raises(Failure):
        login.run()


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_database_tells_its_tables(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> None:
    """Empty at first, with its tables once the service has started, on both databases."""
    url = request.getfixturevalue("postgres_url") if kind == "postgres" else f"sqlite+aiosqlite:///{tmp_path}/alert.db"
    settings = Settings(home=tmp_path, database=DatabaseSettings(url=SecretStr(url)))
    alert = list(database_checks(settings))[1]
    assert "empty" in alert.run()
    asyncio.run(_migrate(url))
    assert "tables" in alert.run()


async def _migrate(url: str) -> None:
    db = Database(url, "alert", MIGRATIONS)
    await db.start()
    await db.stop()


def test_kafka_tells_its_topics(kafka: KafkaServer) -> None:
    """A broker with our topics is well, and their partitions are told."""
    settings = KafkaSettings(bootstrap_servers=kafka.bootstrap_servers)
    (check,) = kafka_checks(Settings(kafka=settings))
    asyncio.run(ensure_topics(settings, TOPICS))
    assert "partitions: articles.v1 " in check.run()
