"""The API token of this installation: set by its owner, or made once and kept in the data folder."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from services.local.errors import LocalError

FILE_NAME: Final = "token"
OWNER_ONLY: Final = 0o600


@dataclass(frozen=True, slots=True)
class Token:
    """The token; `path` is None when its owner set it, `made` tells that it was made just now."""

    value: str
    path: Path | None
    made: bool


def ensure_token(home: Path, configured: SecretStr | None) -> Token:
    """Return the token that is set, else the one in `home`, else a new one, kept in `home` for its owner alone.

    Raises LocalError when the file is there and empty.
    """
    if configured is not None:
        return Token(configured.get_secret_value(), None, made=False)
    path = home / FILE_NAME
    try:
        return _make(path)
    except FileExistsError:
        return _read(path)


def _make(path: Path) -> Token:
    value = secrets.token_urlsafe(24)
    # Whole and closed to others from its first moment: written under another name, then linked, which never replaces.
    fresh = path.with_name(f".{path.name}-{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY), "w", encoding="utf-8") as file:
        file.write(value + "\n")
    try:
        path.hardlink_to(fresh)
    finally:
        fresh.unlink()
    return Token(value, path, made=True)


def _read(path: Path) -> Token:
    value = path.read_text(encoding="utf-8").strip()
    if not value:
        raise LocalError(f"{path} is empty: delete it, and the next start makes a new token.")
    path.chmod(OWNER_ONLY)
    return Token(value, path, made=False)
