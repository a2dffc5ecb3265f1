"""What `up` is going to run."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from services.local.errors import LocalError, PortTaken
from services.local.plan import SERVICES, Ports, choose_ports, describe_running, programs, service_environ
from services.local.token_file import Token
from services.runtime.settings import KafkaSettings, LocalSettings, ServiceSettings, Settings, load_settings

PORTS = Ports({"ingest": 1001, "classify": 1002, "alert": 1003}, 1004, 1005)
MADE = Token("secret", Path("/home/token"), made=True)


@contextmanager
def taken() -> Iterator[int]:
    """Hold a port, as another program would."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def settings(**parts: Any) -> Settings:
    """Set every port to any free one, but for the parts that are given."""
    anywhere: dict[str, Any] = {name: {"port": 0} for name in SERVICES}
    return Settings(**{**anywhere, "local": LocalSettings(kafka_port=0, kafka_controller_port=0), **parts})


@pytest.mark.parametrize("name", SERVICES)
def test_a_taken_service_port_names_its_setting(name: str) -> None:
    """Which port, for what, and the variable that moves it."""
    with (
        taken() as port,
        pytest.raises(PortTaken, match=rf"Port {port} for the {name} .*CHOKEPOINT_{name.upper()}__PORT"),
    ):
        choose_ports(settings(**{name: {"port": port}}))


@pytest.mark.parametrize("name", ["kafka_port", "kafka_controller_port"])
def test_a_taken_kafka_port_matters_only_to_our_own_kafka(name: str) -> None:
    """With a Kafka of the user's no port of ours is asked for."""
    with taken() as port:
        ours = settings(local=LocalSettings(**{name: port}))
        with pytest.raises(PortTaken, match=rf"Port {port} for Kafka.*CHOKEPOINT_LOCAL__{name.upper()}"):
            choose_ports(ours)
        choose_ports(ours.model_copy(update={"kafka": KafkaSettings(bootstrap_servers="kafka.example:9092")}))


def test_a_port_of_zero_is_any_free_one() -> None:
    """Five different ports, none of them 0."""
    ports = choose_ports(settings())
    found = {*ports.services.values(), ports.kafka, ports.controller}
    assert len(found) == 5
    assert min(found) > 0


def test_an_address_that_is_not_ours_is_one_clear_line() -> None:
    """A host this machine does not have is told with the setting, without a traceback."""
    with pytest.raises(LocalError, match=r"cannot listen on 192\.0\.2\.1 port 8080 .*CHOKEPOINT_ALERT__PORT"):
        choose_ports(settings(alert=ServiceSettings(host="192.0.2.1", port=8080)))


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:1003"),
        ("0.0.0.0", "http://127.0.0.1:1003"),  # noqa: S104 - what the test is about
        ("::1", "http://[::1]:1003"),
        ("box.example", "http://box.example:1003"),
    ],
)
def test_addresses_can_be_opened_in_a_browser(host: str, url: str) -> None:
    """A service that listens everywhere is reached on this machine; IPv6 stands in brackets."""
    running = describe_running(settings(alert=ServiceSettings(host=host, port=1)), PORTS, MADE)
    assert running.alert_url == running.url("alert") == url


def test_the_services_are_told_what_they_cannot_know() -> None:
    """Kafka, ports, token and links; and all of it is what the settings understand, token included."""
    ours = settings(home=Path("/home"))
    environ = service_environ(ours, PORTS, describe_running(ours, PORTS, MADE), MADE)
    assert environ["CHOKEPOINT_API__TOKEN_FILE"] == "/home/token"
    known = {name: value for name, value in environ.items() if not name.endswith("_FILE")}
    read = load_settings(known)
    assert read.kafka.bootstrap_servers == "127.0.0.1:1004"
    assert (read.ingest.port, read.classify.port, read.alert.port) == (1001, 1002, 1003)
    assert read.public_url == "http://127.0.0.1:1003"
    assert read.home == Path("/home")


def test_what_the_user_set_is_left_alone() -> None:
    """A token, a Kafka and a public address of the user's are passed on as they are."""
    theirs = settings(
        api={"token": SecretStr("theirs")},
        kafka=KafkaSettings(bootstrap_servers="a:1,b:2"),
        public_url="https://alerts.example",
    )
    token = Token("theirs", None, made=False)
    environ = service_environ(theirs, PORTS, describe_running(theirs, PORTS, token), token)
    assert "CHOKEPOINT_API__TOKEN_FILE" not in environ
    assert "CHOKEPOINT_PUBLIC_URL" not in environ
    assert environ["CHOKEPOINT_KAFKA__BOOTSTRAP_SERVERS"] == "a:1,b:2"


def test_each_service_is_run_as_the_command_line_runs_it() -> None:
    """One process a service, each with a log of its own in the data folder."""
    found = programs(Path("/home"), {"A": "1"})
    assert [one.argv[1:] for one in found] == [["-m", "services.cli", "run", name] for name in SERVICES]
    assert [one.log for one in found] == [Path(f"/home/logs/{name}.log") for name in SERVICES]
