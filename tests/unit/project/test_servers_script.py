"""scripts/servers.py: done once, quick afterwards, one clear line where a machine cannot."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.support.servers.postgres import run_as_server

_SCRIPT = Path(__file__).parents[3] / "scripts" / "servers.py"


@pytest.fixture
def servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module that works in an empty folder."""
    spec = importlib.util.spec_from_file_location("servers_script", _SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "servers_script", module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "TOOLS", tmp_path / "tools")
    return module


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="no dpkg")
def test_a_package_is_unpacked_and_its_paths_are_made_relative(
    servers: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = make_package(tmp_path, content=b"\x7fELF before /usr/lib/dovecot/modules\0 after")
    monkeypatch.setattr(servers.shutil, "which", lambda name, path=None: f"/usr/bin/{name}")
    monkeypatch.setattr(servers, "_download", lambda recipe, folder: shutil.copy(archive, folder))
    recipe = servers.RECIPES[0]
    assert servers.provide(recipe) == "unpacked"
    program = servers.TOOLS / "dovecot" / recipe.program
    assert program.read_bytes() == b"\x7fELF before ././././././/lib/modules\0 after"
    assert [path.name for path in servers.TOOLS.iterdir()] == ["dovecot"]
    monkeypatch.setattr(servers, "_run", lambda *command, cwd: pytest.fail("nothing is to be run the second time"))
    assert servers.provide(recipe) == "ready"


def make_package(folder: Path, *, content: bytes) -> Path:
    """A Debian package with one program."""
    tree = folder / "tree"
    (tree / "usr/sbin").mkdir(parents=True)
    (tree / "usr/sbin/dovecot").write_bytes(content)
    (tree / "DEBIAN").mkdir()
    (tree / "DEBIAN/control").write_text(
        "Package: any\nVersion: 1\nArchitecture: all\nMaintainer: nobody <n@example>\nDescription: x\n"
    )
    archive = folder / "any.deb"
    subprocess.run(
        ["dpkg-deb", "--build", "--root-owner-group", str(tree), str(archive)], check=True, capture_output=True
    )
    return archive


def test_replaced_paths_keep_their_length(servers: ModuleType) -> None:
    for recipe in servers.RECIPES:
        assert all(len(old) == len(new) for old, new in recipe.moved)


def test_a_machine_without_packages_is_told_in_one_line(
    servers: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(servers.shutil, "which", lambda name, path=None: None)
    assert servers.main() == 0
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["dovecot", "cyrus", "postgres", "imap4d", "courier"]
    assert all("tests that need it are skipped" in line for line in lines)


def test_an_installed_server_is_used_where_there_are_no_packages(
    servers: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        servers.shutil, "which", lambda name, path=None: "/usr/sbin/dovecot" if name == "dovecot" else None
    )
    assert servers.provide(servers.RECIPES[0]) == "using /usr/sbin/dovecot"


@pytest.fixture
def without_network(servers: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """Programs that fail as they do without a network; what was asked of them."""
    asked: list[tuple[str, ...]] = []

    def failing(*command: str, cwd: Path) -> str:
        asked.append(command[:2])
        raise servers.UnavailableError("apt-get download failed: no network")

    monkeypatch.setattr(servers, "_run", failing)
    return asked


def test_a_download_that_fails_is_told_with_its_reason(
    servers: ModuleType, without_network: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers.shutil, "which", lambda name, path=None: f"/usr/bin/{name}" if path is None else None)
    with pytest.raises(servers.UnavailableError, match="no network, and none is installed"):
        servers.provide(servers.RECIPES[0])
    assert without_network
    assert not list(servers.TOOLS.iterdir())


def test_an_installed_server_is_used_where_the_network_is_missing(
    servers: ModuleType, without_network: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers.shutil, "which", lambda name, path=None: f"/usr/sbin/{name}")
    assert servers.provide(servers.RECIPES[0]) == "using /usr/sbin/dovecot"


def test_a_server_that_does_not_start_says_why() -> None:
    with pytest.raises(RuntimeError, match="sh ended with 3 and said: no room left"):
        run_as_server(["/bin/sh", "-c", "echo no room left >&2; exit 3"])
