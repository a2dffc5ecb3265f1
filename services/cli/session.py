"""What a command knows of its installation: the settings, the token, where the services answer."""

import os
import stat
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import click

from services.cli.errors import Failed

if TYPE_CHECKING:
    from services.runtime.settings import ServiceSettings, Settings

ServiceName = Literal["ingest", "classify", "alert"]
TOKEN_FILE: Final = "token"  # noqa: S105 - a file's name
ANY_ADDRESS: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - only translated to what a client can ask


class Session:
    """One run of the command line; the settings are read when a command first asks for them."""

    @cached_property
    def settings(self) -> "Settings":
        """The settings; raises Failed with the one line that names a wrong one."""
        from services.runtime.settings import SettingsError, load_settings  # noqa: PLC0415 - `--help` needs no pydantic

        try:
            return load_settings()
        except SettingsError as error:
            raise Failed(str(error)) from None

    @property
    def token_path(self) -> Path:
        """Where `chokepoint up` keeps the token it made."""
        return self.settings.home / TOKEN_FILE

    def token(self) -> str | None:
        """Return the token that is set, else the one in the data folder, else None."""
        if self.settings.api.token:
            return self.settings.api.token.get_secret_value()
        try:
            return self.token_path.read_text("utf-8").strip() or None
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise Failed(f"cannot read the token in {self.token_path} ({error}); set CHOKEPOINT_API__TOKEN") from None

    def address(self, service: ServiceName) -> str:
        """Return the base URL at which a service of this installation answers."""
        where: ServiceSettings = getattr(self.settings, service)
        host = ANY_ADDRESS.get(where.host, where.host)
        return f"http://{f'[{host}]' if ':' in host else host}:{where.port}"


def is_pipe_or_file(descriptor: int) -> bool:
    """Tell whether something is fed in by a pipe or a file, so that a bare command can read it."""
    mode = os.fstat(descriptor).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode) or stat.S_ISSOCK(mode)


pass_session = click.make_pass_decorator(Session, ensure=True)
