"""The words of the command line: which verbs there are, and the words before them. Loads click."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path

import click

from reproof import __version__
from reproof.cli.context import make_context

VERBS = {
    "run": "reproof.cli.run:run_",
    "capture": "reproof.cli.capture:capture",
    "export": "reproof.cli.capture:export",
    "ls": "reproof.cli.records:ls",
    "show": "reproof.cli.records:show",
    "plan": "reproof.cli.rebuild:plan",
    "build": "reproof.cli.rebuild:build",
    "replay": "reproof.cli.rebuild:replay",
    "verify": "reproof.cli.rebuild:verify",
    "diff": "reproof.cli.diff:diff",
    "gc": "reproof.cli.gc:gc",
    "doctor": "reproof.cli.doctor:doctor",
}
"""Where each verb is. Only the one that was typed is imported: most take longer to load than recording may take."""


class Verbs(click.Group):
    """The verbs, in the order of `VERBS`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return their names."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return one of them; None if there is no such verb."""
        place = VERBS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="reproof")
@click.option(
    "--store", type=click.Path(path_type=Path), envvar="REPROOF_HOME", help="The folder that keeps everything."
)
@click.option("--registry", envvar="REPROOF_REGISTRY", help="The registry to take base images from (host:port).")
@click.option("-q", "--quiet", is_flag=True, help="Print results only.")
@click.pass_context
def cli(context: click.Context, store: Path | None, registry: str | None, quiet: bool) -> None:
    """Record a training run; later prove that it can be repeated.

    \b
    reproof run -- python train.py     record a run
    reproof verify ID                  rebuild it, run it again, judge
    """
    context.obj = make_context(store, registry, quiet, os.environ)


def obey() -> object:
    """Do what the words say; return the exit code, or something else for success.

    Raises:
        ReproofError: it could not be done.
        KeyboardInterrupt: the user stopped it.
    """
    try:
        return cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        raise KeyboardInterrupt from None
