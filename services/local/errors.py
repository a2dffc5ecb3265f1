"""What can go wrong on one machine, each as one line a person can act on."""


class LocalError(Exception):
    """The local system cannot start or go on; the message is one line: what, where and what to do."""


class PortTaken(LocalError):  # noqa: N818 - reads as what happened, as in `except PortTaken`
    """A port that was asked for is in use by another program."""

    def __init__(self, port: int, setting: str, what: str) -> None:
        super().__init__(
            f"Port {port} for {what} is in use by another program: stop it, or set {setting} to a free port."
        )
        self.port = port
        self.setting = setting
