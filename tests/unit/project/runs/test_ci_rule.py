"""In CI nothing is skipped in silence: a run with a skip has failed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]


def run_pytest(folder: Path, *, ci: bool, mark: str = "") -> subprocess.CompletedProcess[str]:
    """Run one passing and one skipped test under this project's conftest."""
    (folder / "conftest.py").write_text((ROOT / "tests/conftest.py").read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "test_any.py").write_text(
        f"import pytest\n\ndef test_good() -> None: ...\n\n{mark}\n@pytest.mark.skip(reason='none')\ndef "
        "test_skipped() -> None: ...\n",
        encoding="utf-8",
    )
    environment = {name: value for name, value in os.environ.items() if name != "CI" and not name.startswith("PYTEST_")}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-c",
        os.devnull,
        "--rootdir",
        str(folder),
        "-p",
        "no:cacheprovider",
        str(folder),
    ]
    return subprocess.run(
        command,
        cwd=ROOT,
        env=environment | ({"CI": "true"} if ci else {}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize(("ci", "code"), [(True, 1), (False, 0)])
def test_a_skipped_test_fails_the_run_in_ci_only(tmp_path: Path, ci: bool, code: int) -> None:
    done = run_pytest(tmp_path, ci=ci)
    assert done.returncode == code, done.stdout + done.stderr
    assert ("in CI every test has to run" in done.stdout) is ci


def test_a_skip_is_forgiven_where_no_file_of_ours_could_help(tmp_path: Path) -> None:
    done = run_pytest(tmp_path, ci=True, mark="@pytest.mark.optional")
    assert done.returncode == 0, done.stdout + done.stderr
