"""Write the README's generated blocks afresh.

`python scripts/readme.py help demo security`.

A block stands between `<!-- NAME -->` and `<!-- /NAME -->`. `help` is what `sc-agent --help` prints, `demo` and
`security` what `sc-agent demo` and `sc-agent demo --security` print with seed 1. Tests hold them against the program.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
COMMANDS = {
    "help": ("--help",),
    "demo": ("demo", "--seed", "1"),
    "security": ("demo", "--security", "--seed", "1"),
}


def main() -> int:
    """Rewrite the blocks that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(COMMANDS)}; all of them if not given")
    names: list[str] = parser.parse_args().names or list(COMMANDS)
    text = README.read_text(encoding="utf-8")
    for name in names:
        if name not in COMMANDS or block(text, name) is None:
            parser.error(f"a block of README.md was expected ({', '.join(COMMANDS)}), found {name}")
        printed = run(*COMMANDS[name])
        text = re.sub(_pattern(name), lambda _: f"<!-- {name} -->\n```\n{printed}\n```\n<!-- /{name} -->", text)  # noqa: B023 - used at once
    README.write_text(text, encoding="utf-8")
    return 0


def block(text: str, name: str) -> str | None:
    """Return what stands in one block of a README, without its fence.

    None when there is no such block.
    """
    found = re.search(_pattern(name), text)
    return None if found is None else found[1].strip("\n")


def run(*arguments: str) -> str:
    """Run a command in a terminal of 160 columns without colours, and return what it printed."""
    env = os.environ | {"COLUMNS": "160", "NO_COLOR": "1", "TERM": "dumb"}
    command = [sys.executable, "-m", "agent", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    return "\n".join(line.rstrip() for line in done.stdout.splitlines()).strip("\n")


def _pattern(name: str) -> str:
    return rf"(?s)<!-- {name} -->\n```\n(.*?)\n```\n<!-- /{name} -->"


if __name__ == "__main__":
    raise SystemExit(main())
