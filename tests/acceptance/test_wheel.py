"""The built wheel, installed in an empty environment, runs the demo from anywhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(*command: str | Path, cwd: Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([str(part) for part in command], cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=400)
    assert done.returncode == 0, f"{command}: {done.stdout[-2000:]} {done.stderr[-4000:]}"
    return done


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of commands of an environment that holds the wheel, its demo extra, and nothing of the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder / "dist", ROOT, cwd=folder)
    (wheel,) = (folder / "dist").glob("*.whl")
    run(sys.executable, "-m", "venv", folder / "env", cwd=folder)
    pip = (folder / "env" / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-compile", "--disable-pip-version-check")
    run(*pip, "--constraint", constraints(folder), f"{wheel}[demo]", cwd=folder)
    return folder / "env" / "bin"


def constraints(folder: Path) -> Path:
    """The locked versions without their hashes, which pip takes for requirements only."""
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pins = [line.rstrip(" \\") for line in lines if line and not line.startswith((" ", "#", "-"))]
    file = folder / "constraints.txt"
    file.write_text("\n".join(pins) + "\n", encoding="utf-8")
    return file


@pytest.mark.timeout(600)
def test_the_installed_wheel_runs_the_demo_from_any_directory(installed: Path, tmp_path: Path) -> None:
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = run(installed / "sc-agent", "demo", "--seed", "11", "--json", cwd=tmp_path, env=env)
    document = json.loads(done.stdout)
    assert document["ok"]
    assert len(document["accounts"]) == 6
    code = "import agent, flows, fixtures; print(agent.__file__, flows.__file__, fixtures.__file__)"
    places = run(installed / "python", "-c", code, cwd=tmp_path, env=env).stdout
    assert str(ROOT) not in places


@pytest.mark.timeout(600)
def test_the_selectors_travel_in_the_wheel(installed: Path, tmp_path: Path) -> None:
    code = "from flows.catalogue import load_catalogue, default_root; print(len(load_catalogue().screens), default_root())"
    count, place = run(installed / "python", "-c", code, cwd=tmp_path).stdout.split()
    assert int(count) == len(list((ROOT / "selectors").glob("*.toml")))
    assert str(ROOT) not in place


def test_selectors_is_no_package_and_hides_nothing_of_the_standard_library() -> None:
    assert not (ROOT / "selectors" / "__init__.py").exists()
    assert not list((ROOT / "selectors").rglob("*.py"))
    run(sys.executable, "-c", "import asyncio, selectors; selectors.DefaultSelector", cwd=ROOT)
