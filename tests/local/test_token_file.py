"""The API token of this installation."""

import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from services.local.errors import LocalError
from services.local.token_file import ensure_token


def test_a_token_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    """The second start finds the first one's token; nobody else may read it and nothing else is left."""
    first = ensure_token(tmp_path, None)
    second = ensure_token(tmp_path, None)
    assert (first.made, second.made) == (True, False)
    assert first.value == second.value == (tmp_path / "token").read_text().strip()
    assert len(first.value) >= 32
    assert stat.S_IMODE((tmp_path / "token").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["token"]


def test_a_token_that_others_could_read_is_closed(tmp_path: Path) -> None:
    """A token file copied here with loose permissions is used and closed to others."""
    (tmp_path / "token").write_text("mine\n")
    (tmp_path / "token").chmod(0o644)
    assert ensure_token(tmp_path, None).value == "mine"
    assert stat.S_IMODE((tmp_path / "token").stat().st_mode) == 0o600


def test_a_token_that_is_set_makes_no_file(tmp_path: Path) -> None:
    """The owner's token stands, and is not written anywhere."""
    token = ensure_token(tmp_path, SecretStr("theirs"))
    assert (token.value, token.path, token.made) == ("theirs", None, False)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_token_is_refused(tmp_path: Path) -> None:
    """An empty file would let everyone in or nobody; the line says what to do."""
    (tmp_path / "token").touch()
    with pytest.raises(LocalError, match="is empty: delete it"):
        ensure_token(tmp_path, None)
