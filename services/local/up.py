"""`up`: everything on this machine, from nothing to ready, and back to nothing."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager, suppress
from pathlib import Path
from typing import Final, TextIO

from aiokafka.errors import KafkaError

from schemas.topics import TOPICS
from services.local.artifacts import ensure_jars
from services.local.errors import LocalError, PortTaken
from services.local.folder_lock import FolderLock
from services.local.kafka import KafkaServer, keep_alive
from services.local.log_watch import LogWatch
from services.local.plan import (
    Command,
    Ports,
    Running,
    choose_ports,
    describe_running,
    programs,
    service_command,
    service_environ,
)
from services.local.readiness import describe_sources, wait_until_ready
from services.local.screen import Screen, greeting
from services.local.supervisor import Supervisor
from services.local.token_file import ensure_token
from services.runtime.logs import get_logger
from services.runtime.settings import Settings
from services.runtime.topics import ensure_topics

RETRY_SECONDS: Final = 0.2
AFTERMATH_SECONDS: Final = 2.0
"""How long what is left of a killed run may still hold its ports."""

_STOPPING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, a supervisor's stop, and a terminal that was closed."""

Feed = Callable[[Running], Awaitable[None]]
"""Runs once the services are ready, beside them: the demo's sample news."""

_log = get_logger("local.up")


async def up(  # noqa: PLR0913 - a door to everything, where most take the defaults
    settings: Settings,
    *,
    demo: bool = False,
    out: TextIO | None = None,
    feed: Feed | None = None,
    stop: asyncio.Event | None = None,
    command: Command = service_command,
) -> int:
    """Run Kafka and the three services until Ctrl-C, SIGTERM or `stop`; leaves no process behind.

    The services get this process's environment, and the addresses, ports and token on top. Call it in the main
    thread. Returns 0 after a stop, and 1 when the system could not start: why is one line on standard error.
    """
    stop, screen = stop or asyncio.Event(), Screen(out or sys.stdout)
    system = asyncio.create_task(_run(settings, screen, feed, command, demo=demo))
    stopping = asyncio.create_task(stop.wait())
    with _signals_set(stop):
        try:
            await asyncio.wait({system, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
            code = await _end(system, screen)
    return code


async def _end(system: "asyncio.Task[None]", screen: Screen) -> int:
    """Let the system come down in order, and say how it went."""
    if not system.done():
        screen.say("Stopping.")
        system.cancel()
    try:
        await system
    except asyncio.CancelledError:
        screen.say("Stopped.")
    except LocalError as error:
        sys.stderr.write(f"chokepoint: {error}\n")
        return 1
    return 0


async def _run(settings: Settings, screen: Screen, feed: Feed | None, command: Command, *, demo: bool) -> None:
    """Start all, in the order in which they need each other, and wait to be cancelled; end all in reverse."""
    home = _folder(settings.home)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(_only_one(home))
        ports = await _ports(settings)
        token = ensure_token(home, settings.api.token)
        running = describe_running(settings, ports, token)
        # The demo tells its own news; whoever wants the world's beside it says so.
        quiet = {"CHOKEPOINT_INGEST__CATALOGUE": "false"} if demo else {}
        environ = {**quiet, **os.environ, **service_environ(settings, ports, running, token)}
        services = programs(home, environ, command)
        if settings.kafka.bootstrap_servers is None:
            await stack.enter_async_context(_own_kafka(home, ports, screen))
        await _make_topics(settings, running)
        await stack.enter_async_context(_beside(LogWatch(services, screen).run()))
        screen.say("Starting the services.")
        supervisor = await stack.enter_async_context(Supervisor(services))
        await wait_until_ready(supervisor, running)
        listens_to = await describe_sources(running)
        screen.say(greeting(running, token, home, listens_to=listens_to, demo=demo))
        if feed:
            await stack.enter_async_context(_beside(feed(running)))
        await asyncio.Event().wait()


def _folder(home: Path) -> Path:
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        (home / "logs").mkdir(exist_ok=True)
    except OSError as error:
        raise LocalError(f"Cannot make the folder {home} ({error.strerror}): set CHOKEPOINT_HOME to another.") from None
    return home


@asynccontextmanager
async def _only_one(home: Path) -> AsyncIterator[None]:
    lock = await FolderLock.take(home / "lock", AFTERMATH_SECONDS)
    if lock is None:
        raise LocalError(f"Another `chokepoint up` runs on {home}: stop it, or set CHOKEPOINT_HOME to another folder.")
    with closing(lock):
        yield


async def _ports(settings: Settings) -> Ports:
    """Choose the ports; one that is in use gets a moment, as the last run may have been killed just now."""
    for _ in range(round(AFTERMATH_SECONDS / RETRY_SECONDS)):
        with suppress(PortTaken):
            return choose_ports(settings)
        await asyncio.sleep(RETRY_SECONDS)
    return choose_ports(settings)


@asynccontextmanager
async def _own_kafka(home: Path, ports: Ports, screen: Screen) -> AsyncIterator[None]:
    jars = await ensure_jars(progress=screen.progress)
    screen.say("Starting Kafka.")
    server = KafkaServer(home / "kafka", port=ports.kafka, controller_port=ports.controller, jars=jars)
    async with server, _beside(keep_alive(server)):
        yield


async def _make_topics(settings: Settings, running: Running) -> None:
    kafka = settings.kafka.model_copy(update={"bootstrap_servers": running.bootstrap_servers})
    try:
        await ensure_topics(kafka, TOPICS)
    except (KafkaError, OSError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise LocalError(f"The topics could not be made on Kafka at {running.bootstrap_servers}: {reason}") from error


@asynccontextmanager
async def _beside(work: Awaitable[None]) -> AsyncIterator[None]:
    """Run something beside the block and end it with the block; when it fails, it is said and the block goes on."""
    task = asyncio.ensure_future(work)
    task.add_done_callback(_say_if_failed)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _say_if_failed(task: "asyncio.Future[None]") -> None:
    if not task.cancelled() and (error := task.exception()):
        _log.error("up.part_failed", reason=f"{type(error).__name__}: {error}")


@contextmanager
def _signals_set(stop: asyncio.Event) -> Iterator[None]:
    """Turn Ctrl-C and its like into the event; a second one changes nothing, for the stop is bounded anyway."""
    loop = asyncio.get_running_loop()
    for number in _STOPPING:
        loop.add_signal_handler(number, stop.set)
    try:
        yield
    finally:
        for number in _STOPPING:
            loop.remove_signal_handler(number)
