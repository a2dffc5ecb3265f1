"""What `chokepoint doctor` looks at, one kind of part a file.

In: the settings and the running system, if there is one. Out: a `Check` for each part; running it returns a few words
about what was found, or raises `Failure` with what is wrong and what to do.
"""

from collections.abc import Callable
from dataclasses import dataclass


class Failure(Exception):  # noqa: N818 - it names what happened
    """A part is not well."""

    def __init__(self, what: str, to_do: str) -> None:
        super().__init__(what)
        self.what = what
        self.to_do = to_do


@dataclass(frozen=True, slots=True)
class Check:
    """One part and how to look at it."""

    part: str
    run: Callable[[], str]
