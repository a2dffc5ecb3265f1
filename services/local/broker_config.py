"""What the embedded broker is told: its properties, its logging and its Java options. Pure text, no file touched."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from services.local.java import Java
from services.local.ports import HOST

NODE_ID: Final = 1
HEAP_MEGABYTES: Final = 512
MAX_MESSAGE_BYTES: Final = 4 * 1024 * 1024
"""Room for an article of over 1 MiB in JSON, where every non-Latin letter may take six bytes."""


def server_properties(*, port: int, controller_port: int, data: str) -> str:
    """Write the broker's `server.properties`: one node in KRaft mode, reachable from this machine alone.

    Paths are relative, as the broker runs in its home: Java reads this file as Latin-1 and takes a comma for the end
    of a path. The controller's port is given as a static voter: unlike a dynamic one it is not written into the data,
    so the ports may differ from start to start.
    """
    settings = {
        "process.roles": "broker,controller",
        "node.id": NODE_ID,
        "controller.quorum.voters": f"{NODE_ID}@{HOST}:{controller_port}",
        "controller.listener.names": "CONTROLLER",
        "listeners": f"PLAINTEXT://{HOST}:{port},CONTROLLER://{HOST}:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://{HOST}:{port}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": data,
        **_SINGLE_NODE,
        **_QUICK,
        **_SAFE,
        **_SMALL,
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())


# There is no second node to copy to.
_SINGLE_NODE: Final = {
    "default.replication.factor": 1,
    "min.insync.replicas": 1,
    "offsets.topic.replication.factor": 1,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "share.coordinator.state.topic.replication.factor": 1,
    "share.coordinator.state.topic.min.isr": 1,
}

# The controller lets a broker back in only when the session of its killed predecessor has run out.
_QUICK: Final = {
    "broker.heartbeat.interval.ms": 500,
    "broker.session.timeout.ms": 2000,
    "group.initial.rebalance.delay.ms": 0,
}

_SAFE: Final = {
    "auto.create.topics.enable": "false",  # a misspelt topic is an error, not a new topic
    "message.max.bytes": MAX_MESSAGE_BYTES,
    "replica.fetch.max.bytes": MAX_MESSAGE_BYTES,
    "log.retention.hours": 168,  # for topics that do not say; ours do
    # A crash of the process loses nothing; a power cut at most this much.
    "log.flush.interval.ms": 1000,
    "log.flush.scheduler.interval.ms": 1000,
}

# Internal topics and buffers are made for clusters; fewer and smaller ones start sooner and hold less memory.
_SMALL: Final = {
    "offsets.topic.num.partitions": 4,
    "transaction.state.log.num.partitions": 4,
    "share.coordinator.state.topic.num.partitions": 4,
    "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,
}


LOG4J2_XML: Final = """\
<?xml version="1.0" encoding="UTF-8"?>
<Configuration status="ERROR">
  <Appenders>
    <RollingFile name="File" fileName="logs/kafka.log" filePattern="logs/kafka.log.%i">
      <PatternLayout pattern="%d{ISO8601} %p %m (%c)%n"/>
      <Policies><OnStartupTriggeringPolicy/><SizeBasedTriggeringPolicy size="10 MB"/></Policies>
      <DefaultRolloverStrategy max="4"/>
    </RollingFile>
  </Appenders>
  <Loggers>
    <Root level="INFO"><AppenderRef ref="File"/></Root>
  </Loggers>
</Configuration>
"""
"""The broker's logging: `kafka.log`, a new one at each start and after 10 MB, five in all."""


def java_command(java: Java, jars: Sequence[Path]) -> list[str]:
    """Begin every Java command line: a small heap, a quick start, no warnings about Kafka's own jars."""
    command = [str(java.binary.absolute()), f"-Xmx{HEAP_MEGABYTES}m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
    if java.major >= 23:  # noqa: PLR2004 - the release that brought the flag
        command.append("--sun-misc-unsafe-memory-access=allow")
    if java.major >= 22:  # noqa: PLR2004 - the release that brought the flag
        command.append("--enable-native-access=ALL-UNNAMED")
    return [
        *command,
        "-Dlog4j2.configurationFile=logs/log4j2.xml",
        "-cp",
        ":".join(str(jar.absolute()) for jar in jars),
    ]
