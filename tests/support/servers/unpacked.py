"""Where the real servers are.

Unpacked under .tools/ by scripts/servers.py, or installed on this machine.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import secrets
import shutil
import socket
import stat
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[3] / ".tools"
_SYSTEM = Path("/")
_PORTS = range(20_000, 32_000)  # below those of outgoing connections, on Linux and elsewhere
_LIBRARIES = ("usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu", "usr/lib/aarch64-linux-gnu", "lib/aarch64-linux-gnu")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked:
    """A server's files below `root`; "/" for an installed one."""

    root: Path
    libraries: tuple[Path, ...] = ()

    @property
    def environment(self) -> dict[str, str]:
        """The environment its programs need."""
        inherited = {name: value for name, value in os.environ.items() if name in ("PATH", "TZ", "LANG", "HOME")}
        return {**inherited, "LD_LIBRARY_PATH": self.library_path} if self.libraries else inherited

    @property
    def library_path(self) -> str:
        """Where the loader finds the libraries that came along."""
        return ":".join(map(str, self.libraries))

    @property
    def installed(self) -> bool:
        """Whether the machine's own packages are used."""
        return self.root == _SYSTEM


@cache
def find(name: str, program: str, *, libraries: tuple[str, ...] = ()) -> Unpacked | None:
    """Return the unpacked server, else the installed one, else None.

    `libraries` are its own folders of libraries.
    """
    root = TOOLS / name
    if (root / program).exists():
        root = _reachable(root)
        return Unpacked(
            root=root,
            libraries=tuple(root / folder for folder in (*libraries, *_LIBRARIES) if (root / folder).is_dir()),
        )
    return Unpacked(root=_SYSTEM) if (_SYSTEM / program).exists() else None


def _reachable(root: Path) -> Path:
    """Return a copy where servers that root starts could not read their own files once they are somebody else."""
    if os.geteuid() != 0 or all(folder.stat().st_mode & stat.S_IXOTH for folder in (root, *root.parents)):
        return root
    copies = Path(tempfile.mkdtemp(prefix="servers-"))
    copies.chmod(0o755)
    atexit.register(shutil.rmtree, copies, ignore_errors=True)
    return Path(shutil.copytree(root, copies / root.name, symlinks=True))


def free_ports(count: int) -> list[int]:
    """Return loopback ports that are free now; they are different from one another.

    None is of those that the system gives away by itself: a server that is stopped and started again would find its
    port taken by some connection.
    """
    found: set[int] = set()
    while len(found) < count:
        port = _PORTS.start + secrets.randbelow(len(_PORTS))
        with socket.socket() as tried, contextlib.suppress(OSError):
            tried.bind(("127.0.0.1", port))
            found.add(port)
    return sorted(found)


def launch_when_free(launch: Callable[[], None], *, within: float = 90.0) -> None:
    """Start a server on its port, again while what it says is that the address is in use.

    Processes that were killed hold a port until they are reaped.

    Raises:
        RuntimeError: what `launch` raised, of another kind or too late.
    """
    deadline = time.monotonic() + within
    while True:
        try:
            return launch()
        except RuntimeError as err:
            if "ddress already in use" not in str(err) or time.monotonic() > deadline:
                raise
            time.sleep(0.1)
