"""`python -m agent` is `sc-agent`."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line; a signal before it is there ends in one line, too."""
    try:
        from agent.cli import ends

        ends.on_signals()
        from agent.cli.app import main as run
    except KeyboardInterrupt:
        os.write(2, b"error: interrupted; nothing was done\n")
        sys.exit(3)
    run()


if __name__ == "__main__":
    main()
