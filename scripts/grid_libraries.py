"""Build permission pages with real component libraries, pinned by scripts/grid_libraries/package-lock.json.

npm and esbuild write the bundles into .tools/grid_libraries; the second run for the same sources does nothing, and
needs no network.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts.javascript import npm_environment, npm_program

HERE = Path(__file__).resolve().parent / "grid_libraries"
PLACE = HERE.parents[1] / ".tools" / "grid_libraries"
BUNDLES = PLACE / "bundles"
_STAMP = PLACE / ".built"
_INSTALL = ("ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--legacy-peer-deps")
_SHARED = ("common.js", "jqglobal.js")  # imported by others
_OPTIONS = (
    "--bundle", "--minify", '--define:process.env.NODE_ENV="production"', "--jsx=transform", "--log-level=error",
    "--loader:.eot=empty",
    *(f"--loader:.{kind}=file" for kind in ("woff", "woff2", "ttf")),  # as sites serve them
    *(f"--loader:.{kind}=dataurl" for kind in ("svg", "png", "gif")),
)  # fmt: skip


class BuildError(Exception):
    """The bundles could not be made; the message says what npm or esbuild said."""


def main() -> int:
    """Build and say where the bundles lie; 4 where npm is missing or cannot install."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    try:
        print(f"grid libraries: {build()}")
    except BuildError as error:
        print(f"error: {error}", file=sys.stderr)
        return 4
    return 0


def build() -> Path:
    """Install and bundle, once for each state of the sources.

    Return the folder of the bundles.
    """
    wanted = _state()
    if _STAMP.is_file() and _STAMP.read_text(encoding="utf-8") == wanted:
        return BUNDLES
    PLACE.mkdir(parents=True, exist_ok=True)
    shutil.copytree(HERE, PLACE, dirs_exist_ok=True)
    _run(npm_program(), *_INSTALL)
    sources = sorted((PLACE / "src").glob("*.js*"))
    entries = [str(file) for file in sources if file.name not in _SHARED]
    esbuild = str(PLACE / "node_modules" / ".bin" / "esbuild")
    _run(esbuild, *entries, *_OPTIONS, f"--outdir={BUNDLES}")
    lazy = str(PLACE / "src" / "lazy" / "main.jsx")
    chunks = ("--format=esm", "--splitting", "--chunk-names=[name]")
    _run(esbuild, lazy, *_OPTIONS, *chunks, f"--outdir={BUNDLES / 'lazy'}")
    shutil.rmtree(PLACE / "node_modules")  # over a gigabyte, and no longer needed
    _STAMP.write_text(wanted, encoding="utf-8")
    return BUNDLES


def _state() -> str:
    """One hash of everything the bundles are made from, and of how."""
    files = [HERE / "package-lock.json", *sorted(file for file in (HERE / "src").rglob("*") if file.is_file())]
    return hashlib.sha256(b"".join((" ".join(_OPTIONS).encode(), *(file.read_bytes() for file in files)))).hexdigest()


def _run(*command: str) -> None:
    try:
        done = subprocess.run(command, cwd=PLACE, capture_output=True, text=True, check=False, env=npm_environment())
    except OSError as error:
        raise BuildError(f"{command[0]} was expected, and cannot be started: {error}") from error
    if done.returncode:
        raise BuildError(f"{' '.join(command[:2])} ended with {done.returncode}: {done.stderr.strip()[-2000:]}")


if __name__ == "__main__":
    raise SystemExit(main())
