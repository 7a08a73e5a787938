"""Every script of the repository is linted and formatted, and its types are checked where flows run it or a console
sends it; or a reason stands beside its name.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path, PurePosixPath

from scripts.javascript import CHECKED, HERE, compose

ROOT = Path(__file__).resolve().parents[3]
UNCHECKED: dict[str, str] = json.loads((HERE / "unchecked.json").read_text(encoding="utf-8"))


def scripts() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "*.js"], check=True, capture_output=True, text=True, cwd=ROOT)
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def is_checked(name: str) -> bool:
    return name.startswith(tuple(f"{place}/" for place in CHECKED))


def test_every_script_is_checked_or_says_why_not() -> None:
    told = {
        name: [why for pattern, why in UNCHECKED.items() if PurePosixPath(name).match(pattern)] for name in scripts()
    }
    assert {name: why for name, why in told.items() if len(why) != (not is_checked(name))} == {}
    assert all(len(why) > 20 for why in UNCHECKED.values())


def test_no_reason_is_left_for_a_script_that_is_gone() -> None:
    assert [one for one in UNCHECKED if not any(PurePosixPath(name).match(one) for name in scripts())] == []


def test_the_linter_leaves_nothing_out_of_what_it_is_given() -> None:
    configuration = json.loads((HERE / "biome.json").read_text(encoding="utf-8"))
    assert configuration["files"] == {"includes": ["**/*.js"]}


def test_the_types_of_every_script_that_runs_in_a_page_of_ours_or_of_the_site_are_checked(tmp_path: Path) -> None:
    compose(tmp_path)
    composed = "\n".join(file.read_text(encoding="utf-8") for file in tmp_path.glob("*.js"))
    patterns = [
        (HERE / pattern).resolve().relative_to(ROOT).as_posix().replace("**/", "")
        for file in HERE.glob("tsconfig*.json")
        for pattern in json.loads(file.read_text(encoding="utf-8")).get("include", ())
        if pattern.endswith(".js")
    ]
    folders = [pattern.removesuffix("/*.js") for pattern in patterns]
    unread = [
        name
        for name in scripts()
        if name.startswith(("flows/", "agent/"))
        and not name.startswith(tuple(f"{folder}/" for folder in folders))
        and (ROOT / name).read_text(encoding="utf-8").strip().rstrip(";") not in composed
    ]
    assert unread == []
