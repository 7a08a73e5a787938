"""The search for secrets finds what is planted, in every encoding and place.

The demo is searched by it: tests/acceptance/demo/test_from_the_wheel.py.
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

from tests.support.leaks.search import Search, Secret

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
