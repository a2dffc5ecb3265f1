"""The embedded broker: a real one, started and stopped here."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from services.local.errors import LocalError, PortTaken
from services.local.kafka import KafkaServer, new_cluster_id
from tests.kafka_fixture import MakeTopics, create_topics

pytestmark = pytest.mark.system


async def send(server: KafkaServer, topic: str, *values: bytes) -> None:
    """Write values to a topic, each acknowledged."""
    async with AIOKafkaProducer(
        bootstrap_servers=server.bootstrap_servers, enable_idempotence=True, max_request_size=4 << 20
    ) as producer:
        for value in values:
            await producer.send_and_wait(topic, value)


async def receive(server: KafkaServer, topic: str, count: int) -> list[bytes]:
    """Read a topic from its beginning as a consumer group does."""
    async with AIOKafkaConsumer(
        topic,
        bootstrap_servers=server.bootstrap_servers,
        group_id=f"{topic}-readers",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    ) as consumer:
        return [(await asyncio.wait_for(consumer.getone(), 30)).value for _ in range(count)]


async def test_what_is_sent_comes_back(kafka: KafkaServer, make_topics: MakeTopics) -> None:
    """A record goes round, one of more than 3 MiB too."""
    [topic] = await make_topics("echo")
    large = os.urandom(3 << 20)
    await send(kafka, topic, b"small", large)
    assert await receive(kafka, topic, 2) == [b"small", large]


async def test_data_survives_a_stop_and_a_crash(tmp_path: Path) -> None:
    """Acknowledged records are there after a stop in order and after kill -9, in the same folder, on the same port."""
    server = KafkaServer(tmp_path / "Ünïcödé, & <blank>")
    await server.start()
    try:
        address = server.bootstrap_servers
        await create_topics(server, "kept")
        await send(server, "kept", b"1")
        await server.stop()
        assert not server.alive
        await server.start()
        await send(server, "kept", b"2")
        await server.kill()
        assert not server.alive
        await server.start()
        assert server.bootstrap_servers == address
        await send(server, "kept", b"3")
        assert await receive(server, "kept", 3) == [b"1", b"2", b"3"]
        assert {path.name for path in server.log_file.parent.glob("kafka.log*")} > {"kafka.log", "kafka.log.1"}
    finally:
        await server.stop()


async def test_a_second_broker_on_one_folder_is_refused(kafka: KafkaServer) -> None:
    """Two brokers on one folder would destroy it; the second says so in one line and the first goes on."""
    with pytest.raises(LocalError, match=r"Another Kafka runs on .*CHOKEPOINT_HOME"):
        await KafkaServer(kafka.home).start()
    assert kafka.alive


async def test_a_taken_port_names_the_setting(tmp_path: Path) -> None:
    """A port in use is told before anything is started, with the setting that changes it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        server = KafkaServer(tmp_path / "home", port=port)
        with pytest.raises(PortTaken, match=rf"Port {port} for Kafka .*CHOKEPOINT_LOCAL__KAFKA_PORT"):
            await server.start()
    assert not (tmp_path / "home").exists()


async def test_a_broker_that_ends_at_once_says_where_to_look(tmp_path: Path) -> None:
    """A broker that cannot run its data is told in one line with its log, and no process stays."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "meta.properties").write_text("version=1\ncluster.id=broken\nnode.id=7\n")
    server = KafkaServer(tmp_path)
    with pytest.raises(LocalError, match=r"ended while starting: Stored node id 7 .*kafka\.log"):
        await server.start()
    assert not server.alive


def test_the_broker_dies_with_its_parent(tmp_path: Path) -> None:
    """When the process that started it is killed with SIGKILL, Java goes as well."""
    program = (
        "import asyncio, sys; from pathlib import Path; from services.local.kafka import KafkaServer\n"
        "async def main():\n"
        "    async with KafkaServer(Path(sys.argv[1])) as server:\n"
        "        print(server.pid, flush=True); await asyncio.sleep(600)\n"
        "asyncio.run(main())"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        broker = psutil.Process(int(parent.stdout.readline()))
        assert broker.is_running()
        parent.send_signal(signal.SIGKILL)
    psutil.wait_procs([broker], timeout=30)
    assert not broker.is_running()


def test_a_cluster_id_is_what_kafka_takes() -> None:
    """22 characters of URL-safe base64 that no option parser takes for an option."""
    ids = {new_cluster_id() for _ in range(500)}
    assert len(ids) == 500
    assert all(len(one) == 22 and not one.startswith("-") for one in ids)
