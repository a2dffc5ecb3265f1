"""A process: its HTTP face, its bus, its loops, and the order in which they start and stop.

The HTTP face answers at once, so that `/health` can say what the process still waits for; database, broker and loops
come up behind it. On SIGTERM the loops finish what they hold, the bus commits, and the process ends within 10 s.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

import uvicorn
from faststream.specification import AsyncAPI
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.runtime import tracing
from services.runtime.bus import Bus
from services.runtime.health import Health
from services.runtime.logs import get_logger

log = get_logger("service")

Loop = Callable[[asyncio.Event], Coroutine[Any, Any, None]]
"""Runs until the event is set, then finishes what it holds and returns."""

WATCH_SECONDS = 2.0
LOOP_STOP_SECONDS = 6.0
BUS_STOP_SECONDS = 7.0
HTTP_STOP_SECONDS = 1


@dataclass
class Service:
    """One process. `resources` open before the bus starts, in order, and close after it stopped, in reverse."""

    name: str
    bus: Bus
    health: Health
    resources: Sequence[Callable[[], AbstractAsyncContextManager[Any]]] = ()
    loops: Mapping[str, Loop] = field(default_factory=dict)
    version: str = "0.1.0"

    def install(self, app: Starlette) -> None:
        """Give the app this process's health, metrics and AsyncAPI, and its life."""
        app.router.routes.extend(self._routes())
        app.router.lifespan_context = self._lifespan
        app.state.service = self
        self.bus.on_failed = _end_process

    def asyncapi(self) -> AsyncAPI:
        """Return the AsyncAPI document of what this process reads and writes."""
        return AsyncAPI(self.bus.broker, title=f"Chokepoint {self.name}", version=self.version, schema_version="3.0.0")

    def _routes(self) -> list[Route]:
        return [
            Route("/health/live", self._live, include_in_schema=False),
            Route("/health/ready", self._ready, include_in_schema=False),
            Route("/metrics", _metrics, include_in_schema=False),
            Route("/asyncapi", self._asyncapi, include_in_schema=False),
        ]

    async def _live(self, _request: Request) -> Response:
        stuck = self.health.stuck()
        return JSONResponse({"status": "stuck" if stuck else "ok", "stuck": stuck}, 503 if stuck else 200)

    async def _ready(self, _request: Request) -> Response:
        waiting = self.health.not_ready()
        return JSONResponse({"status": "starting" if waiting else "ok", "waiting": waiting}, 503 if waiting else 200)

    async def _asyncapi(self, _request: Request) -> Response:
        return JSONResponse(self.asyncapi().to_specification().to_jsonable())

    @asynccontextmanager
    async def _lifespan(self, _app: Any) -> AsyncIterator[None]:
        self.health.ready("start", ready=False, why="starting")
        flush_traces = tracing.configure(self.name)
        life = asyncio.create_task(self._live_until_stopped(), name=f"{self.name}-life")
        life.add_done_callback(_end_process_on_error)
        try:
            yield
        finally:
            self.bus.stopping.set()
            await asyncio.wait([life])
            await asyncio.to_thread(flush_traces)

    async def _live_until_stopped(self) -> None:
        async with AsyncExitStack() as open_resources:
            for resource in self.resources:
                if not await self._unless_stopped(open_resources.enter_async_context(resource())):
                    return
            if not await self._unless_stopped(self.bus.start()):
                return
            tasks = [asyncio.create_task(self._watch(self.bus.stopping), name="watch")]
            tasks += [asyncio.create_task(loop(self.bus.stopping), name=name) for name, loop in self.loops.items()]
            for task in tasks:
                task.add_done_callback(_end_process_on_error)
            self.health.ready("start", ready=True)
            log.info("service.ready")
            await self.bus.stopping.wait()
            await asyncio.gather(self._stop_bus(), _finish(tasks))
        log.info("service.stopped")

    async def _stop_bus(self) -> None:
        """Stop the bus; a broker that is away must not hold the process: what it lacks is sent or read again."""
        try:
            await asyncio.wait_for(self.bus.stop(), BUS_STOP_SECONDS)
        except TimeoutError:
            log.warning("service.bus_abandoned", seconds=BUS_STOP_SECONDS)

    async def _unless_stopped(self, step: Any) -> bool:
        """Run one step of the start; give it up when the process is told to stop while it waits."""
        task, stop = asyncio.ensure_future(step), asyncio.ensure_future(self.bus.stopping.wait())
        await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if not task.done():
            task.cancel()
            await asyncio.wait([task])
            return False
        await task
        return not self.bus.stopping.is_set()

    async def _watch(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            await self.bus.watch_progress()
            await wait_or_stop(stopping, WATCH_SECONDS)


async def wait_or_stop(stopping: asyncio.Event, seconds: float) -> bool:
    """Sleep, but no longer than until the process stops; tell whether it stops."""
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return False
    return True


async def _finish(tasks: Sequence["asyncio.Task[None]"]) -> None:
    _done, late = await asyncio.wait(tasks, timeout=LOOP_STOP_SECONDS)
    for task in late:
        log.warning("service.loop_cancelled", loop=task.get_name())
        task.cancel()
    if late:
        await asyncio.wait(late)


async def _metrics(_request: Request) -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _end_process_on_error(task: "asyncio.Task[None]") -> None:
    """End the process when a part dies: whoever supervises starts it afresh, and nothing half-lives on."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.critical("service.part_failed", part=task.get_name(), exc_info=error)
        _end_process(f"{task.get_name()}: {error}")


def _end_process(_reason: str) -> None:
    global _failed  # noqa: PLW0603 - the exit status of this one process
    _failed = True
    os.kill(os.getpid(), signal.SIGTERM)


_failed = False


class _Server(uvicorn.Server):
    """uvicorn, which tells the process of a signal at once: an open event stream then ends by itself."""

    def __init__(self, config: uvicorn.Config, stopping: asyncio.Event) -> None:
        super().__init__(config)
        self._stopping = stopping

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - inherited
        """Begin to stop. uvicorn's own handler would raise the signal again afterwards, and so hide the exit status."""
        self._stopping.set()
        self.should_exit = True


def serve(app: Any, host: str, port: int) -> int:
    """Serve until SIGTERM or SIGINT. Returns the exit status: 1 when the process ended because a part failed."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=HTTP_STOP_SECONDS,
        server_header=False,
    )
    server = _Server(config, app.state.service.bus.stopping)
    server.run()
    return 1 if _failed or not server.started else 0
