"""`chokepoint completion`: the script that a shell needs to complete our words."""

from typing import Final

import click
from click.shell_completion import get_completion_class

from services.cli.main import cli

SHELLS: Final = ("bash", "zsh", "fish")


@click.command(epilog="Example: chokepoint completion bash > ~/.local/share/bash-completion/completions/chokepoint")
@click.argument("shell", type=click.Choice(SHELLS))
def command(shell: str) -> None:
    """Print the completion script of a shell; the shell reads it at its start."""
    completion = get_completion_class(shell)
    if completion is None:  # pragma: no cover - the choice above is click's own list
        raise click.BadParameter(f"{shell} is none of {', '.join(SHELLS)}")
    # The version check of click's bash class runs `bash`; the script itself needs none.
    script = completion(cli, {}, "chokepoint", "_CHOKEPOINT_COMPLETE")
    click.echo(script.source_template % script.source_vars())
