"""Import a part of an installation, or say in one line which extra brings it."""

import importlib
from types import ModuleType

from services.cli.errors import Failed

OURS = ("services.", "schemas.")
"""Parts of every installation: no extra brings one of them that is missing."""


def load(module: str, extra: str) -> ModuleType:
    """Import a module that needs an extra; raises Failed with the `pip install` line when its packages are missing."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        what = error.name or "a package"
        if what.startswith(OURS):
            raise
        raise Failed(f"{what} is not installed; pip install 'chokepoint[{extra}]'") from error
