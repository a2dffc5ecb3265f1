"""What `up` is going to run, worked out before anything runs: ports, addresses, each process and its environment."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.local.kafka import CONTROLLER_PORT_SETTING, PORT_SETTING
from services.local.ports import HOST, free_ports, require_free
from services.local.supervisor import Program
from services.local.token_file import Token
from services.runtime.settings import ServiceSettings, Settings

Command = Callable[[str], list[str]]
"""Gives the command line of a service by its name."""

SERVICES: Final = ("ingest", "classify", "alert")
_DEFAULT_PUBLIC_URL: Final = Settings.model_fields["public_url"].default
_EVERYWHERE: Final = ("0.0.0.0", "::")  # noqa: S104 - only translated to what a client here can ask


@dataclass(frozen=True, slots=True)
class Ports:
    """Where everything listens; `services` by name."""

    services: Mapping[str, int]
    kafka: int
    controller: int


def choose_ports(settings: Settings) -> Ports:
    """Check every port that is set and find a free one for each that is 0.

    Kafka's are left alone when a Kafka is set. Raises PortTaken for the first that is in use, with its setting.
    """
    wanted = {name: _where(settings, name) for name in SERVICES}
    free = free_ports(len(wanted) + 2)
    services = {
        name: require_free(where.port, f"CHOKEPOINT_{name.upper()}__PORT", f"the {name} service", where.host)
        if where.port
        else free.pop()
        for name, where in wanted.items()
    }
    kafka, controller = settings.local.kafka_port or free.pop(), settings.local.kafka_controller_port or free.pop()
    if settings.kafka.bootstrap_servers is None:
        require_free(kafka, PORT_SETTING, "Kafka")
        require_free(controller, CONTROLLER_PORT_SETTING, "Kafka's controller")
    return Ports(services, kafka, controller)


def _where(settings: Settings, name: str) -> ServiceSettings:
    where: ServiceSettings = getattr(settings, name)
    return where


@dataclass(frozen=True, slots=True)
class Running:
    """A running system, as its clients see it: base addresses without a slash at the end, and the token."""

    ingest_url: str
    classify_url: str
    alert_url: str
    bootstrap_servers: str
    token: str

    def url(self, service: str) -> str:
        """Return a service's base address by its name."""
        return str(getattr(self, f"{service}_url"))


def describe_running(settings: Settings, ports: Ports, token: Token) -> Running:
    """Say where everything answers once it runs."""
    urls = {f"{name}_url": _url(_where(settings, name).host, ports.services[name]) for name in SERVICES}
    servers = settings.kafka.bootstrap_servers or f"{HOST}:{ports.kafka}"
    return Running(bootstrap_servers=servers, token=token.value, **urls)


def _url(host: str, port: int) -> str:
    host = HOST if host in _EVERYWHERE else host
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def service_command(name: str) -> list[str]:
    """Say how one service is run: as `chokepoint run` does, by this Python."""
    return [sys.executable, "-m", "services.cli", "run", name]


def programs(home: Path, environ: Mapping[str, str], command: Command = service_command) -> list[Program]:
    """List the three services as child processes with their logs in `home`."""
    return [Program(name, command(name), environ, home / "logs" / f"{name}.log") for name in SERVICES]


def service_environ(settings: Settings, ports: Ports, running: Running, token: Token) -> dict[str, str]:
    """Say what the services must know that the user need not set, as environment variables."""
    additions = {
        "CHOKEPOINT_HOME": str(settings.home),
        "CHOKEPOINT_KAFKA__BOOTSTRAP_SERVERS": running.bootstrap_servers,
        "CHOKEPOINT_LOG__FORMAT": "json",  # `up` reads the logs and shows what matters
        "PYTHONUNBUFFERED": "1",
        **{f"CHOKEPOINT_{name.upper()}__PORT": str(port) for name, port in ports.services.items()},
    }
    if token.path:
        additions["CHOKEPOINT_API__TOKEN_FILE"] = str(token.path)
    if settings.public_url == _DEFAULT_PUBLIC_URL:
        additions["CHOKEPOINT_PUBLIC_URL"] = running.alert_url
    return additions
