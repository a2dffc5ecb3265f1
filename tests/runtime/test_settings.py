"""Settings: names, files for secrets, and one clear line for what is wrong."""

from pathlib import Path

import pytest

from services.runtime.settings import Settings, SettingsError, load_settings


def test_every_fixed_name_is_known(tmp_path: Path) -> None:
    """The names that others rely on (contracts) are all read."""
    secret = tmp_path / "secret"
    secret.write_text("s3cret\n")
    settings = load_settings(
        {
            "CHOKEPOINT_HOME": str(tmp_path),
            "CHOKEPOINT_KAFKA__BOOTSTRAP_SERVERS": "k1:9092,k2:9092",
            "CHOKEPOINT_KAFKA__SECURITY_PROTOCOL": "SASL_SSL",
            "CHOKEPOINT_KAFKA__SASL_MECHANISM": "SCRAM-SHA-512",
            "CHOKEPOINT_KAFKA__SASL_USERNAME": "u",
            "CHOKEPOINT_KAFKA__SASL_PASSWORD_FILE": str(secret),
            "CHOKEPOINT_KAFKA__SSL_CAFILE": "/etc/ca.pem",
            "CHOKEPOINT_DATABASE__URL": "postgresql://db/x",
            "CHOKEPOINT_EGRESS__ALLOW_PRIVATE": "true",
            "CHOKEPOINT_PUBLIC_URL": "https://trade.example",
            "CHOKEPOINT_API__TOKEN": "t",
            "CHOKEPOINT_SMTP__HOST": "mail.example",
            "CHOKEPOINT_SMTP__PORT": "465",
            "CHOKEPOINT_SMTP__USERNAME": "u",
            "CHOKEPOINT_SMTP__PASSWORD_FILE": str(secret),
            "CHOKEPOINT_SMTP__TLS": "implicit",
            "CHOKEPOINT_SMTP__SENDER": "a@example",
            "HOME": "/not/ours",
        }
    )
    assert settings.kafka.sasl_password is not None
    assert settings.kafka.sasl_password.get_secret_value() == "s3cret"
    assert settings.smtp.port == 465
    assert settings.egress.allow_private is True
    assert "s3cret" not in repr(settings)


@pytest.mark.parametrize(
    ("environ", "line"),
    [
        (
            {"CHOKEPOINT_SMPT__PORT": "25"},
            "CHOKEPOINT_SMPT__PORT is not a setting; did you mean CHOKEPOINT_SMTP__PORT?",
        ),
        ({"CHOKEPOINT_QXZQXZQXZ": "1"}, "CHOKEPOINT_QXZQXZQXZ is not a setting; see the list in docs/settings.md"),
        ({"CHOKEPOINT_SMTP__PORT": "x"}, "CHOKEPOINT_SMTP__PORT: Input should be a valid integer"),
        ({"CHOKEPOINT_SMTP__TLS": "on"}, "CHOKEPOINT_SMTP__TLS: Input should be 'starttls', 'implicit' or 'off'"),
        ({"CHOKEPOINT_API__TOKEN_FILE": "/nowhere/t"}, "CHOKEPOINT_API__TOKEN_FILE: cannot read '/nowhere/t'"),
    ],
)
def test_a_wrong_or_unknown_one_is_named_in_one_line(environ: dict[str, str], line: str) -> None:
    """The message names the variable, says what is wrong, and is a single line."""
    with pytest.raises(SettingsError) as caught:
        load_settings(environ)
    assert str(caught.value).startswith(line)
    assert "\n" not in str(caught.value)


def test_the_environment_does_not_leak_into_settings_made_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """`Settings()` takes only what is passed: tests and tools are not changed by the machine they run on."""
    monkeypatch.setenv("CHOKEPOINT_PUBLIC_URL", "https://elsewhere.example")
    assert Settings().public_url == "http://127.0.0.1:8080"
