"""`python -m agent` is `sc-agent`."""

from __future__ import annotations

import gc
import os
import sys


def main() -> None:
    """Run the command line; a signal before it is there ends in one line, too."""
    gc.disable()  # importing leaves nothing behind; LazyCommands collects again before a command runs
    try:
        from agent.cli import ends

        ends.on_signals()
        from agent.cli.app import main as run
    except KeyboardInterrupt:
        os.write(2, b"error: interrupted; nothing was done\n")
        sys.exit(3)
    try:
        run()
    finally:
        if not gc.isenabled():  # a help or a wrong call: nothing was made
            gc.freeze()


if __name__ == "__main__":
    main()
