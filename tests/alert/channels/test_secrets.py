"""Webhook secrets and unsubscribe tokens."""

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.alert.channels.signing_keys import SecretUnavailable, address, signing_keys, validate_secret
from services.alert.channels.unsubscribe import unsubscribe_token, verify_unsubscribe_token
from services.alert.objects import Destination
from tests.alert.channels.scenes import SECRET


@given(st.binary(max_size=100))
def test_a_secret_holds_24_to_64_bytes(key: bytes) -> None:
    """Exactly the keys of that length are taken, and come back whole; the error never shows the secret."""
    secret = "whsec_" + base64.b64encode(key).decode()
    if 24 <= len(key) <= 64:
        assert validate_secret(secret) == key
        return
    with pytest.raises(ValueError, match="24 to 64 bytes") as caught:
        validate_secret(secret)
    assert not key or secret.removeprefix("whsec_") not in str(caught.value)


@pytest.mark.parametrize("secret", ["", "secret", "whsk_" + "a" * 44, "whsec_not base64!", "whsec_é"])
def test_what_is_no_secret_says_what_to_do(secret: str) -> None:
    """The error is one line."""
    with pytest.raises(ValueError, match="webhook secret") as caught:
        validate_secret(secret)
    assert len(str(caught.value).splitlines()) == 1


def test_a_previous_secret_whose_file_is_gone_means_the_change_is_over(tmp_path: Path) -> None:
    """The present secret goes on signing."""
    where = Destination.model_validate(
        {
            "id": "erp",
            "type": "webhook",
            "url": "https://erp.example/",
            "secret": SECRET,
            "previous_secret_file": str(tmp_path / "gone"),
        }
    )
    assert signing_keys(where) == (validate_secret(SECRET),)


@pytest.mark.parametrize("content", [b"", b" \n", b"\xff\xfe"])
def test_a_file_without_an_address_is_said_in_one_line(tmp_path: Path, content: bytes) -> None:
    """An empty or binary file is named, its content is not."""
    file = tmp_path / "url"
    file.write_bytes(content)
    with pytest.raises(SecretUnavailable, match="url_file"):
        address(Destination(id="room", type="slack", url_file=str(file)))


@given(st.from_regex(r"[a-z0-9][a-z0-9._-]{0,99}", fullmatch=True), st.text(min_size=1))
def test_a_token_leads_back_to_its_destination(destination_id: str, secret: str) -> None:
    """The right secret gives the id; the token needs no quoting in a URL."""
    token = unsubscribe_token(secret, destination_id)
    assert verify_unsubscribe_token(secret, token) == destination_id
    assert verify_unsubscribe_token(secret + "x", token) is None
    assert token.replace("-", "").replace("_", "").isalnum()


@given(st.text(max_size=80))
def test_nobody_can_make_a_token(token: str) -> None:
    """Text that we did not sign is refused, whatever it is."""
    assert verify_unsubscribe_token("secret", token) is None


def test_a_token_for_another_destination_is_refused() -> None:
    """The signature of one destination does not carry over to another."""
    token = unsubscribe_token("secret", "team-a")
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    forged = base64.urlsafe_b64encode(raw[:-1] + b"b").decode().rstrip("=")
    assert verify_unsubscribe_token("secret", forged) is None
