"""`up`, with a real Kafka, and services that do as they are told."""

import asyncio
import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from services.local import up as local_up
from services.local.errors import LocalError
from services.local.kafka import KafkaServer
from services.local.plan import SERVICES, Running, choose_ports, describe_running, programs, service_environ
from services.local.ports import accepts
from services.local.readiness import wait_until_ready
from services.local.supervisor import Supervisor
from services.local.token_file import Token
from services.runtime.settings import IngestSettings, KafkaSettings, LocalSettings, ServiceSettings, Settings

pytestmark = pytest.mark.system

FAKE = Path(__file__).with_name("fake_service.py")


def command(name: str) -> list[str]:
    """Run the stand-in instead of a service."""
    return [sys.executable, str(FAKE), name]


def settings(home: Path, kafka: KafkaServer | None) -> Settings:
    """Put everything on free ports; without a Kafka `up` brings its own."""
    return Settings(
        home=home,
        kafka=KafkaSettings(bootstrap_servers=kafka.bootstrap_servers if kafka else None),
        local=LocalSettings(kafka_port=0, kafka_controller_port=0),
        ingest=IngestSettings(port=0),
        classify=ServiceSettings(port=0),
        alert=ServiceSettings(port=0),
    )


async def ask(url: str) -> dict[str, Any]:
    """Ask a stand-in what it was started with."""
    async with httpx.AsyncClient(trust_env=False) as client:
        found: dict[str, Any] = (await client.get(url)).json()
        return found


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something another process does."""
    while not condition():  # noqa: ASYNC110 - no event crosses processes
        await asyncio.sleep(0.1)


class Visitor:
    """A feed that looks at the running system, then ends it."""

    def __init__(self, stop: asyncio.Event) -> None:
        self.stop = stop
        self.seen: dict[str, dict[str, Any]] = {}
        self.running: Running | None = None

    async def __call__(self, running: Running) -> None:
        """Look at each service."""
        self.running = running
        self.seen = {name: await ask(running.url(name)) for name in SERVICES}
        self.stop.set()


async def visit(home: Path, kafka: KafkaServer | None) -> tuple[int, str, Visitor]:
    """Run `up` for one visit."""
    stop, out = asyncio.Event(), io.StringIO()
    visitor = Visitor(stop)
    async with asyncio.timeout(120):
        code = await local_up.up(settings(home, kafka), out=out, feed=visitor, stop=stop, command=command)
    return code, out.getvalue(), visitor


async def test_everything_comes_up_and_goes_again(tmp_path: Path) -> None:
    """Own Kafka and three services, a greeting with a new token, warnings and alerts shown; then nothing is left."""
    code, text, visitor = await visit(tmp_path, None)
    running = visitor.running
    assert running
    assert code == 0
    assert f"{running.alert_url}/login?token={running.token}" in text
    for name in SERVICES:
        assert f"{name} warning: {name}.warned" in text
        assert f"ALERT from {name}" in text
        environ = visitor.seen[name]["environ"]
        assert environ["CHOKEPOINT_KAFKA__BOOTSTRAP_SERVERS"] == running.bootstrap_servers
        assert not psutil.pid_exists(visitor.seen[name]["pid"])
    assert "a line of no interest" not in text
    assert text.endswith("Stopping.\nStopped.\n")
    assert [one for one in psutil.Process().children() if str(tmp_path) in " ".join(one.cmdline())] == []


async def test_a_second_start_uses_the_same_token_and_keeps_the_first_log(tmp_path: Path, kafka: KafkaServer) -> None:
    """The token is shown once only; with a Kafka of the user's none is started."""
    _, first, visitor = await visit(tmp_path, kafka)
    assert visitor.running
    code, second, again = await visit(tmp_path, kafka)
    assert again.running
    assert code == 0
    assert again.running.token == visitor.running.token
    assert again.running.token in first
    assert again.running.token not in second
    assert again.running.bootstrap_servers == kafka.bootstrap_servers
    assert (tmp_path / "logs" / "alert.log.1").exists()
    assert not (tmp_path / "kafka").exists()


async def test_the_real_services_understand_what_they_are_told(tmp_path: Path, kafka: KafkaServer) -> None:
    """They get ready on their ports, know the token, and the address in the greeting opens the console."""
    stop, out, pages = asyncio.Event(), io.StringIO(), list[httpx.Response]()

    async def open_console(_: Running) -> None:
        address = next(word for word in out.getvalue().split() if "/login?token=" in word)
        async with httpx.AsyncClient(trust_env=False, follow_redirects=True, timeout=30) as browser:
            pages.append(await browser.get(address))
            pages.append(await browser.get(str(pages[0].url)))
        stop.set()

    async with asyncio.timeout(150):
        assert await local_up.up(settings(tmp_path, kafka), out=out, feed=open_console, stop=stop) == 0
    assert [(page.status_code, page.url.path, page.url.query) for page in pages] == [(200, "/", b"")] * 2
    assert re.search(r"Listens to +\d+ sources and the push API", out.getvalue())


async def test_a_service_that_ends_while_starting_says_why(
    tmp_path: Path, kafka: KafkaServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its own last words are in the one line, with the log; the exit code is 1 and the others are stopped."""
    (tmp_path / "classify.mode").write_text("dies")
    code = await local_up.up(settings(tmp_path, kafka), out=io.StringIO(), command=command)
    error = capsys.readouterr().err
    assert code == 1
    assert "classify service ended while starting: CHOKEPOINT_SMTP__TLS: must be" in error
    assert "classify.log" in error
    assert error.count("\n") == 1


async def test_a_service_that_never_gets_ready_is_named(tmp_path: Path, kafka: KafkaServer) -> None:
    """After the time-out the line says which one and where its log is."""
    (tmp_path / "alert.mode").write_text("never-ready")
    (tmp_path / "logs").mkdir()
    ours, token = settings(tmp_path, kafka), Token("x", None, made=False)
    ports = choose_ports(ours)
    running = describe_running(ours, ports, token)
    environ = {**os.environ, **service_environ(ours, ports, running, token)}
    async with Supervisor(programs(tmp_path, environ, command)) as supervisor:
        await until(lambda: all(accepts(port) for port in ports.services.values()))
        with pytest.raises(LocalError, match=r"The alert service was not ready within 2 s: see .*alert\.log"):
            await wait_until_ready(supervisor, running, seconds=2)


async def test_a_kafka_that_is_not_there_is_one_clear_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong address of the user's Kafka is told before any service starts."""
    ours = settings(tmp_path, None).model_copy(update={"kafka": KafkaSettings(bootstrap_servers="127.0.0.1:1")})
    assert await local_up.up(ours, out=io.StringIO(), command=command) == 1
    error = capsys.readouterr().err
    assert "Kafka at 127.0.0.1:1" in error
    assert error.count("\n") == 1
    assert list((tmp_path / "logs").iterdir()) == []


async def test_a_folder_that_cannot_be_made_is_one_clear_line(
    tmp_path: Path, kafka: KafkaServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """The line names the folder and the setting."""
    (tmp_path / "file").touch()
    assert await local_up.up(settings(tmp_path / "file" / "home", kafka), out=io.StringIO(), command=command) == 1
    assert "set CHOKEPOINT_HOME to another" in capsys.readouterr().err


async def test_a_port_in_use_stops_the_start(
    tmp_path: Path, kafka: KafkaServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """The line names the port and the setting; nothing was made or started."""
    ours = settings(tmp_path, kafka).model_copy(update={"ingest": IngestSettings(port=kafka.port)})
    out = io.StringIO()
    assert await local_up.up(ours, out=out, command=command) == 1
    assert f"Port {kafka.port} for the ingest service" in (error := capsys.readouterr().err)
    assert "CHOKEPOINT_INGEST__PORT" in error
    assert out.getvalue() == ""
    assert not (tmp_path / "token").exists()


async def test_a_second_system_on_one_folder_is_refused(
    tmp_path: Path, kafka: KafkaServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two systems would write one database and one set of logs; the first goes on."""
    stop, codes = asyncio.Event(), []

    async def start_another(_: Running) -> None:
        codes.append(await local_up.up(settings(tmp_path, kafka), out=io.StringIO(), command=command))
        stop.set()

    codes.append(await local_up.up(settings(tmp_path, kafka), feed=start_another, stop=stop, command=command))
    assert codes == [1, 0]
    assert f"Another `chokepoint up` runs on {tmp_path}" in capsys.readouterr().err


async def test_a_kafka_that_dies_comes_back(tmp_path: Path) -> None:
    """After kill -9 of the broker it runs again on the same port, and the services were left alone."""
    stop = asyncio.Event()
    before: list[psutil.Process] = []

    async def kill_kafka(running: Running) -> None:
        before.extend(psutil.Process().children())
        [broker] = [child for child in before if f"{tmp_path}/kafka" in str(child.cwd())]
        broker.kill()
        port = int(running.bootstrap_servers.rpartition(":")[2])
        await until(lambda: not broker.is_running() and accepts(port))
        assert [child.pid for child in psutil.Process().children() if child in before] == [
            child.pid for child in before if child != broker
        ]
        stop.set()

    async with asyncio.timeout(120):
        assert await local_up.up(settings(tmp_path, None), feed=kill_kafka, stop=stop, command=command) == 0
    assert len(before) >= 4


PROGRAM = f"""
import asyncio, sys
from pathlib import Path
sys.path.insert(0, {str(FAKE.parent.parent.parent)!r})
from tests.local.test_up import ask, command, settings
from services.local.plan import SERVICES
from services.local.up import up
import json
async def tell(running):
    pids = [(await ask(running.url(name)))["pid"] for name in SERVICES]
    print(json.dumps(pids), file=sys.stderr, flush=True)
ours = settings(Path(sys.argv[1]), None)
if sys.argv[2]:
    ours = ours.model_copy(update={{"kafka": ours.kafka.model_copy(update={{"bootstrap_servers": sys.argv[2]}})}})
sys.exit(asyncio.run(up(ours, feed=tell, command=command)))
"""


@pytest.mark.parametrize(
    ("number", "code", "own_kafka"),
    [(signal.SIGINT, 0, True), (signal.SIGKILL, -9, True), (signal.SIGTERM, 0, False), (signal.SIGHUP, 0, False)],
)
def test_no_process_stays_whatever_ends_it(
    tmp_path: Path, kafka: KafkaServer, number: signal.Signals, code: int, own_kafka: bool
) -> None:
    """After Ctrl-C, SIGTERM and SIGHUP it exits 0; after those and after SIGKILL neither a service nor Java runs on."""
    argv = [sys.executable, "-c", PROGRAM, str(tmp_path), "" if own_kafka else kafka.bootstrap_servers]
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as parent:
        assert parent.stderr
        pids = next(json.loads(line) for line in parent.stderr if line.startswith("["))
        children = psutil.Process(parent.pid).children(recursive=True)
        assert set(pids) <= {child.pid for child in children}
        assert any("kafka.Kafka" in child.cmdline() for child in children) == own_kafka
        parent.send_signal(number)
        parent.stderr.read()
    assert parent.returncode == code
    _, alive = psutil.wait_procs(children, timeout=30)
    assert alive == []
