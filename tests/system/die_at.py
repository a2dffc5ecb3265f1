"""Run the command line in a process that kills itself at one step: `python -m tests.system.die_at STEP run ingest`.

STEP is `module:Class.method:before|after[:topic]`: SIGKILL as the first call begins, or as it returns; with a topic,
the first call that has that topic as its first argument.
"""

import functools
import importlib
import os
import signal
import sys
from typing import Any

from services.cli.main import main


def arm(step: str) -> None:
    """Wrap the method so that the process dies there."""
    path, name, moment, *topic = step.split(":")
    owner: Any = importlib.import_module(path)
    *classes, method = name.split(".")
    for part in classes:
        owner = getattr(owner, part)
    original = getattr(owner, method)

    @functools.wraps(original)
    async def doomed(self: Any, *args: Any, **kwargs: Any) -> Any:
        if topic and getattr(args[0], "name", None) != topic[0]:
            return await original(self, *args, **kwargs)
        if moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = await original(self, *args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, method, doomed)


if __name__ == "__main__":
    arm(sys.argv.pop(1))
    main()
