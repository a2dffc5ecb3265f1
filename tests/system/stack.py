"""The whole system as it runs in production: a real broker, three processes, a database; each can be killed."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from services.local.kafka import KafkaServer
from services.local.ports import free_ports

SERVICES = ("ingest", "classify", "alert")
TOKEN = "test-token-0123456789"


@dataclass
class Stack:
    """Running processes and how to speak to them."""

    home: Path
    kafka: KafkaServer
    ports: Mapping[str, int]
    extra: Mapping[str, str] = field(default_factory=dict)
    processes: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)
    client: httpx.AsyncClient = field(
        default_factory=lambda: httpx.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}"}, timeout=20)
    )

    def url(self, service: str) -> str:
        """Return a service's base address."""
        return f"http://127.0.0.1:{self.ports[service]}"

    def environ(self) -> dict[str, str]:
        """Return what every process is told."""
        ours = {f"CHOKEPOINT_{name.upper()}__PORT": str(port) for name, port in self.ports.items()}
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("CHOKEPOINT_")},
            **ours,
            "CHOKEPOINT_HOME": str(self.home),
            "CHOKEPOINT_KAFKA__BOOTSTRAP_SERVERS": self.kafka.bootstrap_servers,
            "CHOKEPOINT_API__TOKEN": TOKEN,
            "CHOKEPOINT_EGRESS__ALLOW_PRIVATE": "true",
            "CHOKEPOINT_INGEST__CATALOGUE": "false",
            "CHOKEPOINT_PUBLIC_URL": self.url("alert"),
            **self.extra,
        }

    async def start(self, service: str, argv: Sequence[str] = ("-m", "services.cli")) -> None:
        """Start one service; its log is kept in the data folder."""
        log = self.home / f"{service}.log"
        with log.open("ab") as out:
            self.processes[service] = await asyncio.create_subprocess_exec(
                sys.executable,
                *argv,
                "run",
                service,
                env=self.environ(),
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    async def kill(self, service: str) -> None:
        """`kill -9`, and wait until it is gone."""
        process = self.processes[service]
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()

    async def stop(self, service: str) -> float:
        """SIGTERM; returns how many seconds the process took to end."""
        process, started = self.processes[service], time.monotonic()
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), 30)
            except TimeoutError:
                await self.kill(service)
        return time.monotonic() - started

    async def ready(self, seconds: float = 60) -> None:
        """Wait until every service answers that it is ready."""
        for service in self.processes:
            await self.until_ready(service, seconds)

    async def until_ready(self, service: str, seconds: float = 60) -> None:
        """Wait for one service; fails with the end of its log."""
        for _ in range(int(seconds / 0.1)):
            try:
                if (await self.client.get(f"{self.url(service)}/health/ready")).is_success:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)
        raise AssertionError(f"{service} is not ready:\n{(self.home / f'{service}.log').read_text()[-4000:]}")

    async def push(self, *articles: dict[str, Any], patience_seconds: float = 60) -> list[dict[str, Any]]:
        """Push articles as a careful client does: again, until they are accepted. Returns what was accepted."""
        deadline = time.monotonic() + patience_seconds
        while True:
            try:
                response = await self.client.post(f"{self.url('ingest')}/api/v1/articles", json=list(articles))
                if response.status_code == httpx.codes.ACCEPTED:
                    accepted: list[dict[str, Any]] = response.json()["accepted"]
                    return accepted
                problem = f"{response.status_code} {response.text}"
            except httpx.TransportError as error:
                problem = repr(error)
            if time.monotonic() > deadline:
                raise AssertionError(f"the articles were not accepted: {problem}")
            await asyncio.sleep(0.2)

    async def get(self, path: str, **params: Any) -> Any:
        """Ask the alert service's API."""
        response = await self.client.get(f"{self.url('alert')}{path}", params=params)
        response.raise_for_status()
        return response.json()

    async def put(self, path: str, document: dict[str, Any]) -> None:
        """Write one object to the alert service's API."""
        response = await self.client.put(f"{self.url('alert')}{path}", json=document)
        assert response.is_success, response.text

    async def subscribe(self, destination: dict[str, Any], **match: Any) -> None:
        """Write a destination, and a subscription that sends everything (or what matches) there."""
        await self.put(f"/api/v1/destinations/{destination['id']}", destination)
        name = f"to-{destination['id']}"
        document = {"kind": "subscription", "id": name, "destinations": [destination["id"]], "match": match}
        await self.put(f"/api/v1/subscriptions/{name}", document)


@asynccontextmanager
async def running_stack(
    home: Path, kafka: KafkaServer | None = None, extra: Mapping[str, str] | None = None
) -> AsyncIterator[Stack]:
    """Run everything for the length of the block, on free ports, with a broker of its own unless one is given."""
    home.mkdir(parents=True, exist_ok=True)
    own = kafka or KafkaServer(home / "kafka")
    if kafka is None:
        await own.start()
    stack = Stack(home, own, dict(zip(SERVICES, free_ports(3), strict=True)), extra or {})
    try:
        for service in SERVICES:
            await stack.start(service)
        await stack.ready()
        yield stack
    finally:
        for service in stack.processes:
            await stack.kill(service)
        await stack.client.aclose()
        if kafka is None:
            await own.stop()
