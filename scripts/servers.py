"""Real servers for the tests, unpacked beside one another into .tools/ without being installed; the second run does
nothing.

Debian's packages of IMAP servers exclude each other when installed, but not when unpacked. Needs apt-get and dpkg;
where they
are missing an installed server is used, and where there is none either, the tests that need it are skipped by name (CI
fails on a skip).
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # run as a file, before anything is installed
from scripts.clients import environments

TOOLS = Path(__file__).resolve().parent.parent / ".tools"
_APT_TIMEOUT = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Which packages make a server, and the program that proves it is there."""

    name: str
    packages: tuple[str, ...]
    program: str
    moved: tuple[tuple[bytes, bytes], ...] = ()  # paths compiled in, and what they become: of the same length, relative
    unneeded: tuple[str, ...] = ()  # libraries, by how their names begin, that it only uses for what no test asks


RECIPES = (
    Recipe(
        name="dovecot",
        packages=("dovecot-core", "dovecot-imapd", "dovecot-lmtpd"),
        program="usr/sbin/dovecot",
        # Dovecot runs in its base_dir; whoever starts it puts links to both there.
        moved=((b"/usr/lib/dovecot", b"././././././/lib"), (b"/usr/bin/doveconf", b"././././/doveconf")),
    ),
    Recipe(
        name="cyrus",
        packages=("cyrus-common", "cyrus-imapd", "sasl2-bin", "libsasl2-modules", "libsasl2-modules-db"),
        program="usr/lib/cyrus/bin/imapd",
    ),
    Recipe(
        name="postgres",
        packages=("postgresql-15", "postgresql-client-15", "libpq5"),
        program="usr/lib/postgresql/15/bin/initdb",  # finds its own files relative to where it lies
        unneeded=("libllvm", "libz3", "libperl"),  # compiling queries; 200 MB
    ),
    Recipe(name="imap4d", packages=("mailutils-imap4d",), program="usr/sbin/imap4d"),
    Recipe(
        name="courier",
        packages=("courier-imap", "courier-authlib"),
        program="usr/bin/imapd",
        unneeded=("libgnutls",),  # only its login front speaks TLS, and the tests have another
    ),
)


class UnavailableError(Exception):
    """This machine cannot provide a server; the message says why."""


def main() -> int:
    """Provide what can be provided and say in one line each what there is."""
    for recipe in RECIPES:
        try:
            print(f"{recipe.name}: {provide(recipe)}")
        except UnavailableError as error:
            print(f"{recipe.name}: {error}; tests that need it are skipped", file=sys.stderr)
    for name in environments.NAMES:
        try:
            print(f"{name}: {environments.provide(name)}")
        except environments.MissingClientError as error:
            print(f"{name}: {error}; tests that need it are skipped", file=sys.stderr)
    return 0


def provide(recipe: Recipe) -> str:
    """Unpack a server unless that was done before; return what to tell people."""
    root = TOOLS / recipe.name
    if (root / recipe.program).exists():
        return "ready"
    try:
        _fetch(recipe, root)
    except UnavailableError as error:
        return _installed(recipe, otherwise=str(error))
    return "unpacked"


def _fetch(recipe: Recipe, root: Path) -> None:
    if not (shutil.which("apt-get") and shutil.which("dpkg")):
        raise UnavailableError("packages cannot be had without apt-get and dpkg")
    TOOLS.mkdir(exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f"{recipe.name}-", dir=TOOLS))
    try:
        _unpack(recipe, partial)
        _move(recipe, partial)
        partial.chmod(0o755)
        with contextlib.suppress(OSError):  # somebody else was faster
            partial.rename(root)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    if not (root / recipe.program).exists():
        raise UnavailableError(f"the packages hold no {recipe.program}")


def _installed(recipe: Recipe, *, otherwise: str) -> str:
    places = [
        os.environ.get("PATH", ""),
        "/usr/sbin",
        "/usr/local/sbin",
        *map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin"))),
    ]
    found = shutil.which(recipe.name, path=":".join(places))
    if not found:
        raise UnavailableError(f"{otherwise}, and none is installed")
    return f"using {found}"


def _unpack(recipe: Recipe, root: Path) -> None:
    archives = root / "archives"
    archives.mkdir()
    try:
        _download(recipe, archives)
    except UnavailableError:
        if os.geteuid() != 0:
            raise
        _run("apt-get", "-qq", "update", cwd=archives)  # no package lists yet, or old ones
        _download(recipe, archives)
    for archive in sorted(archives.glob("*.deb")):
        _run("dpkg", "-x", str(archive), str(root), cwd=root)
    shutil.rmtree(archives)


def _download(recipe: Recipe, folder: Path) -> None:
    """Fetch the server's packages, and of what they depend on the libraries this machine lacks."""
    plan = _run("apt-get", "-qq", "--simulate", "--no-install-recommends", "install", *recipe.packages, cwd=folder)
    lacking = [line.split()[1] for line in plan.splitlines() if line.startswith("Inst lib")]
    needed = [name for name in lacking if not name.startswith(recipe.unneeded)]
    _run("apt-get", "download", *dict.fromkeys([*recipe.packages, *needed]), cwd=folder)


def _move(recipe: Recipe, root: Path) -> None:
    """Rewrite paths compiled into the programs, which otherwise look where nothing was installed."""
    for path in root.rglob("*") if recipe.moved else ():
        if path.is_file() and not path.is_symlink():
            before = after = path.read_bytes()
            for old, new in recipe.moved:
                after = after.replace(old, new) if after.startswith(b"\x7fELF") else after
            if after != before:
                path.write_bytes(after)


def _run(*command: str, cwd: Path) -> str:
    try:
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True, timeout=_APT_TIMEOUT)
    except subprocess.CalledProcessError as error:
        last = (error.stderr or error.stdout).strip().splitlines()[-1:] or ["no message"]
        raise UnavailableError(f"{' '.join(command[:2])} failed: {last[0]}") from error
    except subprocess.TimeoutExpired as error:
        raise UnavailableError(f"{' '.join(command[:2])} took longer than {_APT_TIMEOUT} s") from error
    return done.stdout


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    sys.exit(main())
