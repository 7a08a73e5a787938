"""What is deployed: the files are well formed, and every setting and argument in them is one that the agent takes."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from agent.settings.load import load_settings
from agent.worker.daemon import ROLES

DEPLOY = Path(__file__).parents[3] / "docs" / "deploy"
UNIT, CONTAINER, COMPOSE = DEPLOY / "sc-agent.service", DEPLOY / "Containerfile", DEPLOY / "compose.yaml"
GIVEN = {"IMAP_HOST": "imap.example.com", "IMAP_USERNAME": "invitations@example.com"}


def compose() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
    return document


def _environments() -> Iterator[tuple[str, dict[str, str]]]:
    """The settings that each file hands to the agent."""
    lines = re.findall(r"^Environment=(\w+)=(.*)$", UNIT.read_text(), re.MULTILINE)
    yield UNIT.name, {name: value.replace("%d", "/run/credentials").replace("%S", "/var/lib") for name, value in lines}
    yield CONTAINER.name, dict(re.findall(r"(SC_AGENT_\w+)=(\S+)", CONTAINER.read_text()))
    for name in ("mail", "worker"):
        found = compose()["services"][name]["environment"]
        yield (
            f"compose {name}",
            {key: re.sub(r"\$\{(\w+):\?[^}]*\}", lambda match: GIVEN[match[1]], value) for key, value in found.items()},
        )
    yield "README.md", dict(re.findall(r"^(SC_AGENT_\w+)=(\S+)$", (DEPLOY / "README.md").read_text(), re.MULTILINE))


@pytest.mark.parametrize(
    ("source", "environment"), list(_environments()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_setting_in_it_is_one_of_ours(
    source: str, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert environment, source
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    load_settings(environment)


def test_the_settings_that_come_as_secrets_are_ours_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script = compose()["services"]["worker"]["entrypoint"][4]
    names = re.findall(r"(SC_AGENT_\w+)=", script)
    assert names == ["SC_AGENT_DATABASE_URL", "SC_AGENT_IMAP__PASSWORD"]
    monkeypatch.chdir(tmp_path)
    for name in names:
        monkeypatch.setenv(name, "postgresql://user@host/db")
    load_settings()


def test_the_container_s_shell_hands_secrets_and_arguments_over(tmp_path: Path) -> None:
    entry = compose()["services"]["worker"]["entrypoint"]
    program = tmp_path / "sc-agent"
    program.write_text('#!/bin/sh\necho "$SC_AGENT_DATABASE_URL $SC_AGENT_IMAP__PASSWORD $*"\n')
    program.chmod(0o755)
    (tmp_path / "database-url").write_text("postgresql://x\n")
    (tmp_path / "imap-password").write_text("two words")
    script = entry[4].replace("$$", "$").replace("/run/secrets", str(tmp_path))
    told = subprocess.run(
        [*entry[2:4], script, entry[5], "run", "--roles", "work"],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    assert told.stdout == "postgresql://x two words run --roles work\n"


def test_there_are_a_database_the_mail_and_two_workers() -> None:
    services = compose()["services"]
    assert "postgres:15" in services["database"]["image"]
    assert services["worker"]["deploy"]["replicas"] == 2
    commands = [services[name]["command"] for name in ("mail", "worker")]
    assert [command[:2] for command in commands] == [["run", "--roles"]] * 2
    assert {command[2] for command in commands} == set(ROLES) - {"web"}


def test_every_secret_and_volume_that_is_used_is_declared() -> None:
    document = compose()
    used = {secret for service in document["services"].values() for secret in service["secrets"]}
    assert used == set(document["secrets"])
    volumes = {volume.split(":")[0] for service in document["services"].values() for volume in service["volumes"]}
    assert volumes == set(document["volumes"])


def test_the_containers_run_as_nobody_in_particular_and_say_how_they_are() -> None:
    text = CONTAINER.read_text()
    assert re.search(r"^USER 10001$", text, re.MULTILINE)
    assert "/healthz" in text
    sources = re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE)
    root = DEPLOY.parents[1]
    assert all((root / name).exists() for line in sources for name in line.split())


def test_the_image_is_built_from_everything_the_wheel_holds() -> None:
    copied = {
        name
        for line in re.findall(r"^COPY (?!--from)(.+) \S+$", CONTAINER.read_text(), re.MULTILINE)
        for name in line.split()
    }
    build = tomllib.loads((DEPLOY.parents[1] / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"][
        "wheel"
    ]
    needed = {*build["force-include"], *build["packages"], *build["shared-data"]}
    assert {each for each in needed if not any(each == name or each.startswith(f"{name}/") for name in copied)} == set()


def ignored(folder: Path, rules: str, asked: list[str]) -> list[str]:
    """Those of the names that git leaves out by these rules."""
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    (folder / ".gitignore").write_text(rules)
    command = ["git", "-C", str(folder), "check-ignore", "--no-index", *asked]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()


def test_neither_git_nor_an_image_build_takes_a_secret_and_the_build_gets_all_that_it_copies(tmp_path: Path) -> None:
    rules = CONTAINER.with_name("Containerfile.dockerignore").read_text().splitlines()
    of_build = "\n".join(f"/{line.removeprefix('**/')}" if "*" not in line else line for line in rules)
    secrets = [place["file"].removeprefix("./") for place in compose()["secrets"].values()]
    private = [*(f"docs/deploy/{name}" for name in secrets), ".env", "data/.env", "data/vault.key"]
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", CONTAINER.read_text(), re.MULTILINE)
    sources = [name for line in copied for name in line.split()]
    assert ignored(tmp_path, of_build, private + sources) == private
    assert ".git" in rules
    assert ignored(tmp_path, (DEPLOY.parents[1] / ".gitignore").read_text(), private + sources) == private


@pytest.mark.parametrize(
    ("release", "base", "code"),
    [
        ("", "docker.io/library/python:3.11-slim-bookworm", 0),
        ("1.0.0", "docker.io/library/python:3.11-slim-bookworm", 1),
        ("1.0.0", "docker.io/library/python@sha256:0123", 0),
    ],
)
def test_a_release_is_not_built_on_a_base_that_a_tag_names(release: str, base: str, code: int) -> None:
    step = re.search(r"^RUN (case .*?esac)$", CONTAINER.read_text(), re.MULTILINE | re.DOTALL)
    assert step is not None
    script = step[1].replace("\\\n", "\n")
    told = subprocess.run(
        ["sh", "-c", script], env={"RELEASE": release, "PYTHON": base}, capture_output=True, text=True
    )
    assert (told.returncode, "sha256" in told.stderr) == (code, bool(code))


def test_the_production_lock_holds_what_each_of_its_extras_names() -> None:
    root = DEPLOY.parents[1]
    named = re.search(r"^PRODUCTION_EXTRAS \?= (.+)$", (root / "Makefile").read_text(), re.MULTILINE)
    assert named is not None
    extras = tomllib.loads((root / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    wanted = {re.split(r"[\[<>=~! ]", each)[0].lower() for name in named[1].split() for each in extras[name]}
    assert wanted - set(_locked(root / "requirements-production.lock")) == set()


def test_the_image_installs_the_production_lock_alone_and_by_its_hashes() -> None:
    text = CONTAINER.read_text()
    assert {*re.findall(r"[\w.-]+\.lock", text)} == {"requirements-production.lock"}
    installs = re.findall(r"pip install ([^\n&]*)", text)
    assert [each for each in installs if "--no-deps" not in each and "--require-hashes" not in each] == []


def test_the_production_lock_is_part_of_the_whole_one_and_holds_no_test_or_stand_in() -> None:
    root = DEPLOY.parents[1]
    whole, production = (_locked(root / name) for name in ("requirements.lock", "requirements-production.lock"))
    assert production.items() <= whole.items()
    extras = tomllib.loads((root / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    kept_out = {re.split(r"[\[<>=~! ]", each)[0].lower() for name in ("demo", "dev") for each in extras[name]}
    assert kept_out & set(whole)
    assert kept_out & set(production) == {"pyjwt"}  # comes with msal, too


def _locked(file: Path) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==([\w.+-]+)", file.read_text(), re.MULTILINE))


@pytest.mark.optional
@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd on this machine")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text().replace("/opt/sc-agent/.venv/bin/sc-agent", sys.executable))
    told = subprocess.run(["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True)
    assert (told.returncode, told.stderr) == (0, "")


def test_the_watchdog_waits_longer_than_one_statement_may_take() -> None:
    found = re.search(r"^WatchdogSec=(\d+)$", UNIT.read_text(), re.MULTILINE)
    assert found is not None
    assert int(found[1]) > 3 + 15 + 10


@pytest.mark.slow
def test_the_bill_of_materials_of_a_release_names_every_pin(tmp_path: Path) -> None:
    root = DEPLOY.parents[1]
    step = re.search(r"cyclonedx-py (requirements \S+) .*?-o (\S+)", (root / "CONTRIBUTING.md").read_text())
    assert step is not None
    program = Path(sys.executable).with_name("cyclonedx-py")
    command = [str(program), *step[1].split(), "--pyproject", "pyproject.toml", "-o", str(tmp_path / "sbom.json")]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    document = json.loads((tmp_path / "sbom.json").read_text())
    listed = {each["name"]: each["version"] for each in document["components"]}
    assert (document["bomFormat"], listed) == ("CycloneDX", _locked(root / "requirements-production.lock"))


def test_a_release_can_name_each_image_by_its_digest() -> None:
    base = re.findall(r"^FROM (\S+)", CONTAINER.read_text(), re.MULTILINE)
    assert base == ["${PYTHON}", "${PYTHON}"]
    foreign = [each["image"] for each in compose()["services"].values() if each.get("image", "sc-agent") != "sc-agent"]
    assert [each.startswith("${") for each in foreign] == [True]
