"""docs/deploy/README.md typed as it stands, below a directory that stands for the machine's root.

systemd, Docker and what makes users are stand-ins: they do what the page relies on and write down what they were asked.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.acceptance.test_documents_as_printed import IMPORTS, ROOT
from tests.support.processes.command import PASSWORD, SEED

PAGE = (ROOT / "docs" / "deploy" / "README.md").read_text(encoding="utf-8")
SYSTEMD_RUN = """#!/bin/bash
while [ $# -gt 0 ]; do
    case "$1" in
        --setenv=*) export "${1#--setenv=}" ;;
        --property=EnvironmentFile=*) set -a; . "${1#--property=EnvironmentFile=}"; set +a ;;
        --property=LoadCredential=*)
            pair=${1#--property=LoadCredential=}
            export CREDENTIALS_DIRECTORY=$(mktemp -d)
            install -m 0400 "${pair#*:}" "$CREDENTIALS_DIRECTORY/${pair%%:*}" ;;
        --working-directory=*) cd "${1#*=}" ;;
        --property=UMask=*) umask "${1#--property=UMask=}" ;;
        --quiet | --pipe | --wait | --collect | --uid=sc-agent | --gid=sc-agent | --property=StateDirectory=sc-agent) ;;
        --*) echo "systemd-run: unknown option $1" >&2; exit 1 ;;
        *) exec "$@" ;;
    esac
    shift
done
"""


def shell(heading: str) -> list[str]:
    """The shell blocks below a heading, up to the next one."""
    section = re.split(r"^##+ ", PAGE[PAGE.index(f"# {heading}") + 2 :], maxsplit=1, flags=re.MULTILINE)[0]
    return re.findall(r"```sh\n(.*?)```", section, re.DOTALL)


def stand_in(folder: Path, name: str, script: str = "") -> None:
    """A program of the machine; without a script it only says what it was asked."""
    program = folder / name
    program.write_text(script or f'#!/bin/sh\necho "{name} $*" >> "$ASKED"\n')
    program.chmod(0o755)


@pytest.fixture
def machine(tmp_path: Path) -> dict[str, str]:
    """A machine's root with the checkout in /opt/sc-agent, and the environment of its administrator."""
    programs = tmp_path / "programs"
    for place in ("programs", "etc/systemd/system", "var/lib/sc-agent", "opt/sc-agent/.venv/bin"):
        (tmp_path / place).mkdir(parents=True)
    (tmp_path / "opt/sc-agent/docs").symlink_to(ROOT / "docs")
    for name in ("useradd", "git", "make", "docker", "podman", "chown"):
        stand_in(programs, name)
    stand_in(programs, "systemd-run", SYSTEMD_RUN)
    for folder in (programs, tmp_path / "opt/sc-agent/.venv/bin"):
        stand_in(folder, "sc-agent", f'#!/bin/sh\nexec {sys.executable} -m agent "$@"\n')
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SC_AGENT_")}
    path = f"{programs}:{kept['PATH']}"
    return kept | {"PATH": path, "PYTHONPATH": IMPORTS, "ASKED": str(tmp_path / "asked"), "HOME": str(tmp_path)}


def typed(script: str, machine: dict[str, str], root: Path) -> subprocess.CompletedProcess[str]:
    """Type it, with the machine's directories below `root` and what stands for secrets filled in."""
    for place in ("/opt/sc-agent", "/etc/", "/var/lib/sc-agent"):
        script = script.replace(place, f"{root}{place}")
    script = script.replace("imap.example.com", "localhost")
    script = script.replace('"password": "..."', f'"password": "{PASSWORD}"').replace(
        'secret": "..."', f'secret": "{SEED}"'
    )
    command = ["bash", "-e", "-c", script]
    return subprocess.run(command, cwd=root, env=machine, capture_output=True, text=True, timeout=100, check=False)


def mode(file: Path) -> int:
    return file.stat().st_mode & 0o777


def test_one_machine_with_systemd_is_set_up_used_and_given_a_new_key_as_printed(
    machine: dict[str, str], tmp_path: Path
) -> None:
    install, commands = shell("systemd, one machine")
    done = typed(install, machine, tmp_path)
    assert done.returncode == 0, done.stderr
    etc = tmp_path / "etc"
    assert [mode(etc / "sc-agent" / name) for name in ("vault-key", "environment")] == [0o600, 0o600]
    assert mode(etc / "systemd/system/sc-agent.service") == 0o644
    assert [line.split()[0] for line in Path(machine["ASKED"]).read_text().splitlines()] == ["useradd", "git", "make"]

    used = typed(commands.replace("sc doctor\n", "sc doctor || true\n"), machine, tmp_path)
    assert used.returncode == 0, used.stderr
    assert re.search(r"ok +vault key", used.stdout), used.stdout
    assert "fail mailbox" in used.stdout  # nobody answers there: the page's doctor finds it before the service starts
    assert "A1  api_authorization_required" in used.stdout
    data = tmp_path / "var/lib/sc-agent"
    assert (data.stat().st_uid, mode(data / "agent.sqlite")) == (os.geteuid(), 0o600)

    function = commands[: commands.index("sc doctor")]
    rotation = f"""
cd {etc}/sc-agent && umask 077
mv vault-key vault-key.old
{tmp_path}/opt/sc-agent/.venv/bin/sc-agent vault key > vault-key
cp environment before
echo "SC_AGENT_VAULT_OLD_KEYS=$(cat vault-key.old)" >> environment
sc vault rotate
mv before environment
sc doctor || true
"""
    rotated = typed(function + rotation.replace(str(tmp_path), ""), machine, tmp_path)
    assert "sealed anew: 1 accounts' secrets" in rotated.stdout, rotated.stderr
    assert re.search(r"ok +vault key +key \w+ opens the secrets of 1 accounts", rotated.stdout), rotated.stdout


def test_the_containers_secrets_are_made_as_printed_and_are_what_compose_asks_for(
    machine: dict[str, str], tmp_path: Path
) -> None:
    deploy = tmp_path / "docs/deploy"
    deploy.mkdir(parents=True)
    (block,) = shell("Containers")
    done = typed(block.replace("printf %s '...'", "printf %s 'the password'"), machine, tmp_path)
    assert done.returncode == 0, done.stderr
    wanted = yaml.safe_load((ROOT / "docs/deploy/compose.yaml").read_text())["secrets"]
    made = {name: deploy / place["file"] for name, place in wanted.items()}
    assert {path.name for path in made.values()} == {path.name for path in (deploy / "secrets").iterdir()}
    assert {mode(path) for path in made.values()} == {0o600}
    assert made["database-password"].read_text().strip() in made["database-url"].read_text()
    asked = Path(machine["ASKED"]).read_text()
    assert "docker compose up --build --detach" in asked
    assert re.search(r"chown 10001 secrets/vault-key|chown 10001 .*secrets/vault-key", asked)


def test_a_release_s_images_are_named_by_digest_as_printed(machine: dict[str, str], tmp_path: Path) -> None:
    stand_in(tmp_path / "programs", "skopeo", "#!/bin/sh\necho sha256:0123\n")
    (block,) = shell("Images by digest")
    done = typed(block + 'echo "$POSTGRES_IMAGE"\n', machine, tmp_path)
    assert (done.returncode, done.stdout) == (0, "docker.io/library/postgres@sha256:0123\n"), done.stderr
    asked = Path(machine["ASKED"]).read_text()
    assert "--build-arg RELEASE=X.Y.Z --build-arg PYTHON=docker.io/library/python@sha256:0123" in asked
