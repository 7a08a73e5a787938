"""The demo is searched for every secret it used.

Everything left on disk, and everything printed.
"""

from __future__ import annotations

import base64
import gzip
import html
import json
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest

from agent.rehearsal.demo.stories import last_checks, tell_all
from agent.rehearsal.replay.run import ReplayOptions, replay_all
from fixtures.leak_gate.gate import ALLOWED, load_allowed, scan
from fixtures.player.recording import find_recordings
from flows.browser.launch import BrowserOptions
from tests.support.leaks.search import Search, Secret, names
from tests.support.processes.demo_run import Play, playing, secrets_of

PLANTED = [
    Secret(name="password", value=b"corr\"ect <horse> & 'ba/tt\xc3\xa9ry+"),
    Secret(name="seed", value=b"JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"),
    Secret(name="code", value=b"402913", is_word=True),
    Secret(name="key", value=bytes(range(7, 250, 8))),
]
ENCODED: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda value: value,
    "url": lambda value: quote(value, safe="").encode(),
    "json": lambda value: json.dumps(value.decode()).encode(),
    "html": lambda value: html.escape(value.decode()).encode(),
    "hex": lambda value: value.hex().encode(),
    "base64 at 0": lambda value: base64.b64encode(b"abc" + value + b"z"),
    "base64 at 1": lambda value: base64.b64encode(b"abcd" + value + b"zz"),
    "base64 at 2": lambda value: base64.urlsafe_b64encode(b"abcde" + value),
}


def texts(secret: Secret, encoding: str) -> bool:
    return secret.name != "key" or encoding not in ("json", "html")


CASES = [
    pytest.param(secret, encoding, id=f"{secret.name}, {encoding}")
    for secret in PLANTED
    for encoding in ENCODED
    if texts(secret, encoding)
]


@pytest.mark.parametrize(("secret", "encoding"), CASES)
def test_the_search_finds_what_is_planted(tmp_path: Path, secret: Secret, encoding: str) -> None:
    planted = b"before " + ENCODED[encoding](secret.value) + b" after"
    places = plant(tmp_path, planted)
    search = Search(PLANTED)
    search.folder(tmp_path)
    for place in places:
        assert secret.name in {hit.name for hit in search.hits if hit.where.startswith(place)}, place


def plant(folder: Path, planted: bytes) -> list[str]:
    """Put some bytes into a file, a gzip file, an archive in an archive, a picture's text and two kinds of cells."""
    (folder / "log").write_bytes(planted)
    (folder / "log.gz").write_bytes(gzip.compress(planted))
    with zipfile.ZipFile(folder / "inner.zip", "w", zipfile.ZIP_DEFLATED) as inner:
        inner.writestr("page.html", planted)
    with zipfile.ZipFile(folder / "outer.zip", "w", zipfile.ZIP_DEFLATED) as outer:
        outer.write(folder / "inner.zip", "inner.zip")
    chunk = len(planted).to_bytes(4) + b"tEXt" + planted + b"\0\0\0\0"
    (folder / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + chunk)
    with closing(sqlite3.connect(folder / "data.sqlite")) as database, database:
        database.execute("CREATE TABLE kept (sealed BLOB, said TEXT)")
        database.execute("INSERT INTO kept VALUES (?, ?)", (planted, planted.decode("utf-8", "replace")))
    return [
        "log",
        "log.gz > gzip",
        "outer.zip > inner.zip > page.html",
        "picture.png > tEXt",
        "data.sqlite: kept.sealed",
    ]


def test_the_search_does_not_take_a_part_of_a_number_for_a_code() -> None:
    search = Search(PLANTED)
    for text in ("at 12:00:00.402913+00:00", "order 1402913", "4029131", "id-a402913f"):
        search.text(text, "a log")
    assert search.hits == []


@pytest.mark.timeout(420)
async def test_the_demo_leaves_no_secret_anywhere(tmp_path: Path) -> None:
    async with playing(tmp_path, seed=11) as play:
        await tell_all(play.client, play.stories)
        play.assert_as_scripted()
        checks = await last_checks(play.client, play.stories)
        play.screen.write(json.dumps(checks))
        await look_at_everything(play)
        search = Search(await secrets_of(play))
        search.folder(tmp_path)  # the daemon runs: what is in the write-ahead log is on disk too
        assert await play.processes.stop_daemon() == 0
        search.folder(tmp_path)
        search.text(play.screen.getvalue(), "the demo's screen")
        for number, output in enumerate(play.processes.outputs):
            search.text(output, f"a command's output {number}")
    assert_the_search_was_thorough(search)
    assert names(search.hits) == []
    await assert_the_failed_visits_replay_offline(tmp_path)


async def assert_the_failed_visits_replay_offline(directory: Path) -> None:
    """The stand-ins are gone by now.

    What the failed visits left passes the leak gate and ends again as it did.
    """
    recordings = find_recordings([directory])
    assert [str(find) for find in scan(recordings, allowed=load_allowed(ALLOWED))[0]] == []
    replays = await replay_all(recordings, ReplayOptions(browser=BrowserOptions()))
    assert [(one.outcome, one.differences, one.misses) for one in replays if not one.is_same] == []
    assert {"challenge (captcha_image)", "invitation_closed (withdrawn)"} <= {one.outcome for one in replays}


async def look_at_everything(play: Play) -> None:
    """Have every command that shows accounts print what it knows, in every format."""
    for arguments in (
        ("status",),
        ("status", "--json"),
        ("accounts", "list", "--json"),
        ("accounts", "show", "A1", "--json"),
        ("accounts", "show", "A7", "--json"),
        ("explain", "A7"),
        ("events", "--json"),
        ("support", "A7", "--output", str(play.processes.data_dir / "support.zip")),
        ("doctor", "--json"),
        ("audit", "--all", "--stored", "--format", "html", "--output", str(play.processes.data_dir / "report.html")),
        ("audit", "--all", "--stored", "--format", "json"),
    ):
        code, _, err = await play.processes.command(*arguments)
        assert code in (0, 1, 3), err


def assert_the_search_was_thorough(search: Search) -> None:
    """It had secrets of every kind, and it looked where they could be."""
    kinds = (
        "password of",
        "password of a7",
        "seed of a7",
        "code of a7",
        "mailed code of a7",
        "seed of",
        "code of",
        "cookie at-",
        "cookie session-id",
        "the mailbox's",
        "the vault key",
    )
    assert [kind for kind in kinds if not any(secret.name.startswith(kind) for secret in search.secrets)] == []
    wanted = (
        "daemon.log",
        "agent.sqlite-wal",
        "report.html",
        "agent.sqlite: secrets.sealed",
        "agent.sqlite: sessions.sealed",
    )
    assert [place for place in wanted if place not in search.places] == []
    for ending in (".png", ".html", ".json"):
        assert any(place.startswith("evidence/") and place.endswith(ending) for place in search.places), ending
