"""`python -m reproof` is the command line."""

from reproof.cli.main import run

run()
