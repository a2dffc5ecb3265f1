"""A real single-node Apache Kafka as a child process."""

import asyncio
import base64
import contextlib
import shutil
import time
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Final, Self

from aiokafka.client import AIOKafkaClient, CoordinationType
from aiokafka.errors import KafkaError

from services.local.artifacts import ensure_jars
from services.local.broker_config import LOG4J2_XML, java_command, server_properties
from services.local.broker_log import reason
from services.local.errors import LocalError
from services.local.folder_lock import FolderLock
from services.local.java import Java, find_java
from services.local.ports import HOST, accepts, free_ports, require_free
from services.local.process import POLL_SECONDS, ChildProcess
from services.local.restart import NEVER_DIED, after_death
from services.local.service_logs import end_of
from services.runtime.logs import get_logger

PORT_SETTING: Final = "CHOKEPOINT_LOCAL__KAFKA_PORT"
CONTROLLER_PORT_SETTING: Final = "CHOKEPOINT_LOCAL__KAFKA_CONTROLLER_PORT"
START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 10.0
LOCK_SECONDS: Final = 3.0
"""How long a start waits for a broker on the same folder that was killed a moment ago and is not gone yet."""

_log = get_logger("local.kafka")


class KafkaServer:
    """One broker on one folder, from `start` to `stop`; an async context manager does both.

    `home` holds `data` (the log, with the cluster id), `logs` and the broker's configuration. A port of None is any
    free one, chosen at the first start and then kept. `jars` and `java` are found when not given.
    """

    def __init__(
        self,
        home: Path,
        *,
        port: int | None = None,
        controller_port: int | None = None,
        jars: Sequence[Path] | None = None,
        java: Java | None = None,
    ) -> None:
        self.home = home.absolute()
        self._jars, self._java = jars, java
        self._child: ChildProcess | None = None
        self.port, self._controller_port = port or 0, controller_port or 0

    @property
    def bootstrap_servers(self) -> str:
        """`host:port` for clients, once started."""
        return f"{HOST}:{self.port}"

    @property
    def _data(self) -> Path:
        return self.home / "data"

    @property
    def log_file(self) -> Path:
        """What the broker logs."""
        return self.home / "logs" / "kafka.log"

    @property
    def pid(self) -> int:
        """The broker's process id; raises LocalError before the first start."""
        if self._child is None:
            raise LocalError(f"Kafka in {self.home} has not been started.")
        return self._child.pid

    @property
    def alive(self) -> bool:
        """Whether the broker's process runs."""
        return self._child is not None and self._child.alive

    async def start(self) -> None:
        """Start the broker, on first use also format its folder, and return once it answers clients.

        Raises PortTaken when a given port is in use, and LocalError when another broker runs on the folder, no Java
        is there, a jar is not what the lock says, or the broker ends or stays silent; each is one line.
        """
        if self.alive:
            raise LocalError(f"Kafka in {self.home} is running already (process {self.pid}).")
        self._choose_ports()
        command = java_command(self._java or find_java(), self._jars or await ensure_jars())
        (self.home / "logs").mkdir(parents=True, exist_ok=True)
        with contextlib.closing(await self._take_lock()) as lock:
            self._console_file.write_bytes(b"")
            (self.home / "logs" / "log4j2.xml").write_text(LOG4J2_XML, encoding="utf-8")
            await self._format(command)
            self._write_properties("server.properties", "data")
            # The broker inherits the lock and so holds it for as long as it lives, whatever becomes of us.
            self._child = self._run([*command, "kafka.Kafka", "server.properties"], keep_open=[lock.fd])
        await self._until_ready(self._child)

    async def wait(self) -> int | None:
        """Wait for the broker's end and return its exit code, None when it was never started."""
        return await self._child.wait() if self._child else None

    async def stop(self, grace_seconds: float = STOP_SECONDS) -> None:
        """Stop the broker in order, or by force when it takes longer than `grace_seconds`."""
        if self._child:
            await self._child.stop(grace_seconds)

    async def kill(self) -> None:
        """Kill the broker with SIGKILL, as a crash would."""
        if self._child:
            await self._child.kill()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def _choose_ports(self) -> None:
        free, free_too = free_ports(2)
        self.port = require_free(self.port, PORT_SETTING, "Kafka") if self.port else free
        controller = self._controller_port
        self._controller_port = (
            require_free(controller, CONTROLLER_PORT_SETTING, "Kafka's controller") if controller else free_too
        )

    async def _take_lock(self) -> FolderLock:
        lock = await FolderLock.take(self.home / "lock", LOCK_SECONDS)
        if lock is None:
            raise LocalError(f"Another Kafka runs on {self.home}: stop it, or set CHOKEPOINT_HOME to another folder.")
        return lock

    def _write_properties(self, name: str, data: str) -> None:
        text = server_properties(port=self.port, controller_port=self._controller_port, data=data)
        (self.home / name).write_text(text, encoding="utf-8")

    async def _format(self, command: list[str]) -> None:
        """Format the data folder unless it is; under another name first, so that it is there whole or not at all."""
        if (self._data / "meta.properties").exists():
            return
        fresh = self.home / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        self._write_properties("format.properties", fresh.name)
        tool = ["kafka.tools.StorageTool", "format", "-t", new_cluster_id(), "-c", "format.properties"]
        child = self._run([*command, *tool])
        async with _killed_on_error(child):
            code = await child.wait(START_SECONDS)
        if code != 0:
            await child.kill()  # it may be there still, after all that time
            why = reason("", end_of(self._console_file)) or f"exit code {code}"
            raise LocalError(f"Kafka could not format {self._data}: {why} (see {self._console_file})")
        fresh.rename(self._data)

    async def _until_ready(self, child: ChildProcess) -> None:
        async with _killed_on_error(child):
            try:
                async with asyncio.timeout(START_SECONDS):
                    while child.alive and not await self._answers():  # noqa: ASYNC110 - no event crosses processes
                        await asyncio.sleep(POLL_SECONDS)
            except TimeoutError:
                raise LocalError(f"Kafka did not answer within {START_SECONDS:.0f} s: see {self.log_file}.") from None
        if not child.alive:
            why = reason(end_of(self.log_file), end_of(self._console_file)) or f"exit code {child.exit_code}"
            raise LocalError(f"Kafka ended while starting: {why} (see {self.log_file} and {self._console_file})")

    async def _answers(self) -> bool:
        # aiokafka logs every refused connection, so it is not asked before the port is open.
        return accepts(self.port) and await serves_groups(self.bootstrap_servers)

    def _run(self, argv: list[str], keep_open: Sequence[int] = ()) -> ChildProcess:
        return ChildProcess(argv, log=self._console_file, folder=self.home, keep_open=keep_open)

    @property
    def _console_file(self) -> Path:
        """What Java itself prints: nothing, unless something is badly wrong."""
        return self.home / "logs" / "kafka.out"


async def keep_alive(server: KafkaServer, monotonic: Callable[[], float] = time.monotonic) -> None:
    """Start the broker again whenever it ends by itself, with the services' back-off; runs until cancelled."""
    restart = NEVER_DIED
    while True:
        started_at = monotonic()
        exit_code = await server.wait()
        restart = after_death(restart, started_at, monotonic())
        _log.warning("kafka.exited", exit_code=exit_code, because=restart.because, log=str(server.log_file))
        await asyncio.sleep(restart.delay_seconds)
        try:
            await server.start()
        except (LocalError, OSError) as error:
            _log.error("kafka.restart_failed", reason=str(error))
        else:
            _log.info("kafka.restarted", pid=server.pid)


@contextlib.asynccontextmanager
async def _killed_on_error(child: ChildProcess) -> AsyncIterator[None]:
    """Leave no half-started program behind, whether by a failure or a Ctrl-C."""
    try:
        yield
    except BaseException:
        await child.kill()
        raise


async def serves_groups(bootstrap_servers: str) -> bool:
    """Whether clients are answered: the metadata name a broker, and a consumer group would find its coordinator.

    The first to ask for a coordinator on a new broker is refused while the broker makes the topic for it, which
    aiokafka logs as an error; so we are the first.
    """
    client = AIOKafkaClient(bootstrap_servers=bootstrap_servers)
    try:
        await client.bootstrap()
        if brokers := client.cluster.brokers():
            await client.coordinator_lookup(CoordinationType.GROUP, "chokepoint")
    except KafkaError:
        return False
    else:
        return bool(brokers)
    finally:
        await client.close()


def new_cluster_id() -> str:
    """Make a random cluster id in Kafka's own form: 16 bytes in URL-safe base64, 22 characters, no leading hyphen."""
    text = base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
    return text if not text.startswith("-") else "A" + text[1:]
