"""`reproof` and `python -m reproof`: the command line."""

import os
import sys

INTERRUPTED = 130


def run() -> None:
    """Load the command line and run it. An interrupt while it is loaded ends it as one that comes later does."""
    try:
        from reproof.cli.main import run as run_command_line

        run_command_line()
    except KeyboardInterrupt:
        os.write(2, b"error: interrupted\n")
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    run()
