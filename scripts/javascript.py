"""Install the tools that check JavaScript into .tools/javascript.

With --check, run them.

Versions and hashes are pinned by scripts/javascript/package-lock.json. Node itself comes with the Python packages.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).resolve().parent / "javascript"
PLACE = HERE.parents[1] / ".tools" / "javascript"
STAMP = PLACE / ".installed"
CHECKED = ("flows", "agent", "tests/support")  # any other script says in javascript/unchecked.json why not


def check() -> int:
    """Lint, check the format and check the types of every script that runs in a page."""
    tools = PLACE / "node_modules" / ".bin"
    with TemporaryDirectory() as composed:
        commands = (
            (tools / "biome", "ci", "--config-path", HERE / "biome.json", *CHECKED),
            *((tools / "tsc", "-p", config) for config in sorted(HERE.glob("tsconfig*.json"))),
            (tools / "tsc", "-p", compose(Path(composed))),
        )
        return max([run(*map(str, command)) for command in commands])


def run(*command: str) -> int:
    """Run a tool at the repository's root; its exit code."""
    return subprocess.run(command, cwd=HERE.parents[1], check=False, env=npm_environment()).returncode


def compose(folder: Path) -> Path:
    """Write the scripts of the permission pages as a page gets them: in parts, they share one scope.

    Returns the configuration by which their types are checked.
    """
    sys.path.insert(0, str(HERE.parents[1]))
    from flows.browser.scripts import clock, source
    from flows.permissions.scripts import part, script
    from flows.permissions.snapshot.dom import reading_script
    from flows.permissions.snapshot.turns import turns_script

    functions = {
        "reading": reading_script(explains=True),
        "late": script("late", source("late")),
        "turns": turns_script(),
        "stir": script("stir", clock(), part("keys")),
        "handle": script("handle", clock(), part("lists")),
        **{name: script(name) for name in ("capture", "expose_drawn", "reach")},
    }
    for name, text in functions.items():
        (folder / f"{name}.js").write_text(f"const {name}_function = {text};\n", encoding="utf-8")
    told = {"extends": str(HERE / "tsconfig.json"), "include": [str(HERE / "page.d.ts"), "*.js"]}
    config = folder / "tsconfig.json"
    config.write_text(json.dumps(told), encoding="utf-8")
    return config


def install() -> int:
    """Install once for each lock file; without a network the second time."""
    lock = HERE / "package-lock.json"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if STAMP.is_file() and STAMP.read_text(encoding="utf-8") == wanted:
        return 0
    PLACE.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(HERE / name, PLACE / name)
    command = [npm_program(), "ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"]
    done = subprocess.run(command, cwd=PLACE, capture_output=True, text=True, check=False, env=npm_environment())
    if done.returncode:
        print(f"error: npm was expected to install the tools, it said: {done.stderr.strip()}", file=sys.stderr)
        return 4
    STAMP.write_text(wanted, encoding="utf-8")
    return 0


def npm_program() -> str:
    """The npm of the environment that runs this."""
    return str(Path(sys.executable).with_name("npm"))


def npm_environment() -> dict[str, str]:
    """Let npm find the node of the same environment first."""
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}


def main() -> int:
    """Install, or check."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="run the tools; needs them installed")
    return check() if parser.parse_args().check else install()


if __name__ == "__main__":
    raise SystemExit(main())
