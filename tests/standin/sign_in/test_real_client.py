"""A client that somebody else wrote for the real sign-in gets through the stand-in's, as it is shipped."""

from __future__ import annotations

import asyncio
import base64
import csv
import hashlib
import json
import os
import re
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fixtures.stand_in.generate import one_account
from fixtures.stand_in.world import StandIn
from scripts.clients.environments import python_of

PYTHON = python_of("amazon-orders")
DRIVER = Path(__file__).parents[3] / "scripts" / "clients" / "sign_in_with_amazon_orders.py"

pytestmark = pytest.mark.skipif(PYTHON is None, reason="no amazon-orders: run scripts/servers.py (make test does)")

WAYS = {
    "classic": ["email", "password", "otp"],
    "unified": ["email_unified", "password", "otp"],
    "combined": ["combined", "otp"],
    "device picker": ["email", "password", "otp_device_picker", "otp"],
    "passkey first": ["email_unified", "passkey_first", "password", "otp"],
    "remembered, with a hint in sight": ["email", "password:remembered_hint", "otp"],
}


@dataclass(frozen=True, slots=True)
class Told:
    """What the client said of one sign-in, and what the stand-in saw."""

    answer: dict[str, Any]
    stand_in: StandIn

    @property
    def signed_in(self) -> list[str]:
        return [str(entry.fields["email"]) for entry in self.stand_in.realm.journal.of("sign_in.done")]


async def sign_in(stand_in: StandIn, order: list[str], folder: Path, *, seed: int = 1, **asked: str) -> Told:
    stand_in.load(one_account(seed, user={"sign_in": order}, seller={"members": ["a1@users.example"]}))
    user = stand_in.realm.scenario.users[0]
    port = stand_in.description()["site"]["port"]
    trusted = folder / "stand-in.pem"
    trusted.write_text(await asyncio.to_thread(ssl.get_server_certificate, ("127.0.0.1", port)))
    process = await asyncio.create_subprocess_exec(
        str(PYTHON),
        str(DRIVER),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "REQUESTS_CA_BUNDLE": str(trusted)},
    )
    given = {
        "port": port,
        "base": "https://sellercentral.amazon.com",
        "email": user.email,
        "password": user.password,
        "totp_secret": user.seed().secret,
        "device": "authenticator",
        **asked,
    }
    out, err = await process.communicate(json.dumps(given).encode())
    assert process.returncode == 0, err.decode()
    return Told(json.loads(out.splitlines()[-1]), stand_in)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("way", WAYS)
async def test_the_client_signs_in(stand_in: StandIn, tmp_path: Path, way: str) -> None:
    told = await sign_in(stand_in, WAYS[way], tmp_path)
    assert (told.answer["signed_in"], told.signed_in) == (True, ["a1@users.example"]), told.answer
    assert stand_in.realm.journal.of("danger.") == []


def installed() -> list[Path]:
    """The RECORD of every package of the client's environment."""
    return sorted(Path(str(PYTHON)).parents[1].glob("lib/python3*/site-packages/*.dist-info/RECORD"))


def digest(path: Path) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(path.read_bytes()).digest()).rstrip(b"=").decode()


def test_the_client_is_as_its_wheel_brought_it() -> None:
    """Byte for byte what the RECORD of each wheel says, and no file of the client's beside it."""
    listed: dict[Path, str] = {}
    for record in installed():
        root = record.parents[1]
        for name, told, _size in csv.reader(record.read_text("utf-8").splitlines()):
            listed[(root / name).resolve()] = told.removeprefix("sha256=")
    changed = [path for path, told in listed.items() if told and (not path.is_file() or digest(path) != told)]
    (root,) = {record.parents[1] for record in installed()}
    client = {path.resolve() for path in (root / "amazonorders").rglob("*") if path.is_file()}
    assert client
    assert (changed, {path for path in client - {*listed} if path.suffix != ".pyc"}) == ([], set())


def test_the_client_is_what_the_lock_names() -> None:
    lock = (DRIVER.parent / "amazon-orders.lock").read_text("utf-8")
    locked = {(name.lower(), version) for name, version in re.findall(r"^([a-z0-9-]+)==(\S+)", lock, re.MULTILINE)}
    found = {
        tuple(record.parent.name.removesuffix(".dist-info").replace("_", "-").lower().rsplit("-", 1))
        for record in installed()
    }
    own = {"pip", "setuptools"}  # of the environment itself
    assert {one for one in found if one[0] not in own} <= locked
    assert ("amazon-orders", "5.2.0") in found
    assert "--hash=sha256:" in lock


def test_nothing_of_the_client_is_replaced_when_it_is_run() -> None:
    """The driver asks and answers; of what it imports it sets nothing."""
    written = DRIVER.read_text("utf-8")
    assert not re.search(r"\b(setattr|monkeypatch|patch)\b|amazonorders[\w.]*\s*=[^=]", written)
    assert re.findall(r"^\s*(\w+\.\w+) = ", written, re.MULTILINE) == ["socket.getaddrinfo"]


async def test_a_wrong_password_is_the_client_s_own_error(stand_in: StandIn, tmp_path: Path) -> None:
    told = await sign_in(stand_in, WAYS["classic"], tmp_path, password="another word")
    assert not told.answer["signed_in"]
    assert "password is incorrect" in told.answer["error"]


@pytest.mark.parametrize(
    ("screen", "says"),
    [
        ("waf_challenge:stuck", "JavaScript-based"),
        ("puzzle:aaut", "JavaScript-based"),
        ("no_such_login", "new to Amazon"),
    ],
)
async def test_the_client_recognises_what_it_cannot_pass(
    stand_in: StandIn, tmp_path: Path, screen: str, says: str
) -> None:
    told = await sign_in(stand_in, ["email", screen], tmp_path)
    assert not told.answer["signed_in"]
    assert says in told.answer["error"], told.answer
