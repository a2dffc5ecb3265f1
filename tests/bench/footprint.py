"""What it takes: start to ready and memory of each process; baseline: a Python process that only imports FastStream."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from schemas.article import Article
from services.local.kafka import KafkaServer
from services.local.ports import free_ports
from tests.system.acts import different_acts
from tests.system.stack import SERVICES, Stack

MIB = 1024 * 1024
IDLE = "import faststream.kafka, time; print('up', flush=True); time.sleep(60)"


async def run(_articles: Sequence[Article]) -> None:
    """Print seconds to ready and resident MiB of each process after some work."""
    seconds, resident = _idle()
    print(f"footprint: a Python that imports FastStream: {seconds:.1f} s, {resident:.0f} MiB")
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        async with KafkaServer(Path(folder) / "kafka") as kafka:
            print(f"footprint: Kafka: {time.perf_counter() - started:.1f} s, {_resident(kafka.pid):.0f} MiB")
            stack = Stack(Path(folder), kafka, dict(zip(SERVICES, free_ports(3), strict=True)))
            for service in SERVICES:
                started = time.perf_counter()
                await stack.start(service)
                await stack.until_ready(service)
                print(f"footprint: {service}: ready after {time.perf_counter() - started:.1f} s", end="")
                print(f", {_resident(stack.processes[service].pid):.0f} MiB")
            for article, _code, _good in different_acts():
                await stack.push(article)
            after = ", ".join(f"{name} {_resident(p.pid):.0f}" for name, p in stack.processes.items())
            print(f"footprint: MiB after 125 articles: {after}")
            for service in SERVICES:
                await stack.kill(service)
            await stack.client.aclose()


def _idle() -> tuple[float, float]:
    started = time.perf_counter()
    with subprocess.Popen([sys.executable, "-c", IDLE], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        seconds, resident = time.perf_counter() - started, _resident(process.pid)
        process.kill()
    return seconds, resident


def _resident(pid: int) -> float:
    return float(psutil.Process(pid).memory_info().rss / MIB)
