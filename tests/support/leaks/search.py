"""Looks for secrets in whatever a program left behind, in every encoding a secret is likely to hide in."""

from __future__ import annotations

import base64
import gzip
import html
import io
import json
import re
import sqlite3
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, quote_plus

_SQLITE = b"SQLite format 3\0"
_DEPTH = 4  # archives in archives
_RUN_TOGETHER = {"base64", "hex"}  # a word has no ends there


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A value nobody may find, under a name that may be told."""

    name: str
    value: bytes = field(repr=False)
    is_word: bool = False  # so short that it only counts standing alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A secret that was found."""

    name: str
    encoding: str
    where: str


@dataclass(slots=True)
class Search:
    """What was found, and every place that was looked at."""

    secrets: list[Secret]
    hits: list[Hit] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    _needles: list[tuple[str, str, bytes, bool]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._needles = [
            (secret.name, encoding, form, secret.is_word and encoding not in _RUN_TOGETHER)
            for secret in self.secrets
            for encoding, forms in encodings_of(secret.value).items()
            for form in sorted(forms)
        ]

    def folder(self, root: Path) -> None:
        """Search every file under a folder, and their names."""
        for path in sorted(root.rglob("*")):
            where = str(path.relative_to(root))
            self.blob(where.encode(), f"name of {where}")
            if path.is_file() and not path.is_symlink():
                self.file(path, where)

    def file(self, path: Path, where: str) -> None:
        """Search one file: its bytes, what it holds packed, and every cell if it is a database."""
        raw = path.read_bytes()
        for place, blob in unpack(raw, where):
            self.blob(blob, place)
        if raw.startswith(_SQLITE):
            for place, blob in cells(path):
                self.blob(blob, f"{where}: {place}")

    def text(self, text: str, where: str) -> None:
        """Search something printed."""
        self.blob(text.encode("utf-8", "surrogatepass"), where)

    def blob(self, blob: bytes, where: str) -> None:
        """Search some bytes."""
        self.places.append(where)
        for name, encoding, form, is_word in self._needles:
            if form in blob and (not is_word or stands_alone(form, blob)):
                self.hits.append(Hit(name=name, encoding=encoding, where=where))


def encodings_of(value: bytes) -> dict[str, set[bytes]]:
    """Every form a value may take, by encoding; a value that is no text has fewer."""
    found = {"plain": {value}, "base64": base64_of(value), "hex": {value.hex().encode(), value.hex().upper().encode()}}
    quoted = {quote(value, safe="").encode(), quote(value).encode(), quote_plus(value).encode()}
    found["url"] = quoted | {re.sub(rb"%[0-9A-F]{2}", lambda code: code[0].lower(), each) for each in quoted}
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return found
    written = {json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}
    found["json"] = {each.encode() for form in written for each in (form, form.replace("/", "\\/"))}
    escaped = html.escape(text)
    found["html"] = {
        each.encode() for each in (escaped, html.escape(text, quote=False), escaped.replace("&#x27;", "&#39;"))
    }
    return found


def base64_of(value: bytes) -> set[bytes]:
    """The characters that Base64 has for a value wherever it begins.

    Three alignments, both alphabets.
    """
    found = set()
    for shift, lost in ((0, 0), (1, 2), (2, 3)):
        length = shift + len(value)
        whole = base64.b64encode(bytes(shift) + value).rstrip(b"=")
        sure = whole[lost:-1] if length % 3 else whole[lost:]  # the last character depends on what follows
        found |= {sure, sure.replace(b"+", b"-").replace(b"/", b"_")}
    return found


def stands_alone(word: bytes, blob: bytes) -> bool:
    """Tell whether a short form occurs as a word of its own.

    A fraction of a second is none.
    """
    return re.search(rb"(?<![\w.+/=-])" + re.escape(word) + rb"(?![\w+/])", blob) is not None


def unpack(raw: bytes, where: str, depth: int = _DEPTH) -> Iterator[tuple[str, bytes]]:
    """Some bytes, and what they hold if they are an archive or packed."""
    yield where, raw
    if depth:
        for name, inner in _members(raw):
            yield from unpack(inner, f"{where} > {name}", depth - 1)


def _members(raw: bytes) -> Iterator[tuple[str, bytes]]:
    if raw.startswith(b"\x1f\x8b"):
        yield "gzip", gzip.decompress(raw)
    elif raw.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            for name in archive.namelist():
                yield name, archive.read(name)
    elif raw.startswith(b"\x89PNG"):
        yield from _png_chunks(raw)
    elif raw[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(raw)) as tar:
            for member in tar.getmembers():
                if (file := tar.extractfile(member)) is not None:
                    yield member.name, file.read()


def _png_chunks(raw: bytes) -> Iterator[tuple[str, bytes]]:
    """The texts in a picture, unpacked."""
    at = 8
    while at + 12 <= len(raw):
        length, kind = int.from_bytes(raw[at : at + 4]), raw[at + 4 : at + 8]
        body = raw[at + 8 : at + 8 + length]
        if kind in (b"tEXt", b"iTXt", b"eXIf"):
            yield kind.decode(), body
        if kind in (b"zTXt", b"iCCP"):
            yield kind.decode(), zlib.decompress(body.partition(b"\0")[2][1:])
        at += 12 + length


def cells(path: Path) -> Iterator[tuple[str, bytes]]:
    """Every value in every table of a SQLite file, as bytes; one place a column."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            rows = database.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - the name is the database's own
            columns = [column[0] for column in rows.description]
            held: list[list[bytes]] = [[] for _ in columns]
            for row in rows:
                for column, value in zip(held, row, strict=True):
                    column += [] if value is None else [value if isinstance(value, bytes) else str(value).encode()]
            yield from (
                (f"{table}.{name}", b"\n".join(values)) for name, values in zip(columns, held, strict=True) if values
            )


def names(hits: Iterable[Hit]) -> list[str]:
    """Hits as lines that may be printed."""
    return [f"{hit.name} ({hit.encoding}) in {hit.where}" for hit in hits]
