"""Making the environments of other people's clients, in .tools/, from files with a hash for everything that is
installed.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import venv
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[2] / ".tools"
_LOCKS = Path(__file__).parent
_TIMEOUT = 300
NAMES = ("amazon-orders",)


class MissingClientError(Exception):
    """The client cannot be had on this machine; the message says why."""


def python_of(name: str) -> Path | None:
    """Return the client's own interpreter.

    None where it was not provided, or for another lock file.
    """
    place = TOOLS / name
    marked = place / "lock.sha256"
    return place / "bin" / "python" if marked.is_file() and marked.read_text() == _digest(name) else None


def provide(name: str) -> str:
    """Make the environment unless that was done before; return what to tell people.

    Raises:
        MissingClientError: the packages cannot be had.
    """
    if python_of(name) is not None:
        return "ready"
    place = TOOLS / name
    TOOLS.mkdir(exist_ok=True)
    shutil.rmtree(place, ignore_errors=True)
    try:
        venv.create(place, with_pip=True)
        lock = str(_LOCKS / f"{name}.lock")
        command = [str(place / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        _run(*command, "--only-binary", ":all:", "--require-hashes", "--no-deps", "-r", lock)
    except (OSError, MissingClientError) as err:
        shutil.rmtree(place, ignore_errors=True)
        raise MissingClientError(str(err)) from err
    (place / "lock.sha256").write_text(_digest(name))
    return "installed"


def _digest(name: str) -> str:
    return hashlib.sha256((_LOCKS / f"{name}.lock").read_bytes() + sys.version.encode()).hexdigest()


def _run(*command: str) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=_TIMEOUT)
    except subprocess.CalledProcessError as err:
        last = (err.stderr or err.stdout).strip().splitlines()[-1:] or ["no message"]
        raise MissingClientError(f"pip failed: {last[0]}") from err
    except subprocess.TimeoutExpired as err:
        raise MissingClientError(f"pip took longer than {_TIMEOUT} s") from err
