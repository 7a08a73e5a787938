"""Recorded pages: a page and what it must be read as, in one file.

`pages/<screen>/<case>.html` is the page as it came, behind a comment that holds the expected reading as JSON. A page
that was kept as evidence has its address and status in a `.json` beside it, and nothing is expected of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.catalogue.recognise import UNKNOWN_SCREEN

_BEGIN, _END = "<!-- expected\n", "\n-->\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedPage:
    """One recorded page, or one kept as evidence, of which nothing is expected."""

    html: Path
    expected: dict[str, Any]

    @property
    def address(self) -> str:
        """Where it was seen."""
        return str(self.expected["url"])

    @property
    def status(self) -> int:
        """The HTTP status it came with."""
        return int(self.expected.get("status", 200))

    @property
    def body(self) -> str:
        """The page itself, as it came."""
        return _split(self.html.read_text("utf-8"))[1]

    @property
    def name(self) -> str:
        """Screen and case."""
        return f"{self.html.parent.name}/{self.html.stem}"

    @property
    def is_evidence(self) -> bool:
        """Whether no expected reading is noted."""
        return "screen" not in self.expected

    @property
    def screen(self) -> str:
        """The screen that must claim the page."""
        return self.expected.get("screen") or UNKNOWN_SCREEN


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPage:
    """A page that is kept elsewhere than in a file."""

    address: str
    body: str
    status: int = 200


def shipped_pages() -> Path:
    """The recorded pages beside the catalogue, in the checkout and in a wheel alike."""
    return Path(__file__).parents[2] / "fixtures" / "pages"


def find_pages(paths: Iterable[Path]) -> list[RecordedPage]:
    """Find recorded pages and pages of evidence below folders, in order.

    Raises:
        ValueError: what a file expects is not a reading of a page.
    """
    files = sorted({file for path in paths for file in ([path] if path.suffix == ".html" else path.rglob("*.html"))})
    pages = [page for file in files if (page := _page(file))]
    return [page for page in pages if page.address.startswith("https://")]


def read_page(file: Path) -> RecordedPage:
    """Read one recorded page.

    Raises:
        ValueError: it has no expected reading.
    """
    page = _page(file)
    if page is None or page.is_evidence:
        raise ValueError(f"{file}: a page behind a comment with its expected reading was expected")
    return page


def page_file(body: str, expected: dict[str, Any]) -> str:
    """A recorded page as its file holds it."""
    told = json.dumps(expected, ensure_ascii=False, indent=1)
    for end in ("-->", "--!>"):  # what would end the comment early
        told = told.replace(end, end.replace(">", "\\u003e"))
    return f"{_BEGIN}{told}{_END}{body}"


def _page(file: Path) -> RecordedPage | None:
    front = _front(file)
    if front is not None:
        return RecordedPage(html=file, expected=_told(file, front, needed=("url", "screen")))
    beside = file.with_suffix(".json")
    if not beside.is_file():
        return None
    told = _told(beside, beside.read_text("utf-8"), needed=("url",))
    return RecordedPage(html=file, expected={"url": told["url"], "status": told.get("status") or 200})


def _front(file: Path) -> str | None:
    """The expected reading's text; None where the file does not begin with one."""
    with file.open(encoding="utf-8", errors="replace") as opened:
        if opened.read(len(_BEGIN)) != _BEGIN:
            return None
        return _split(_BEGIN + opened.read())[0]


def _split(text: str) -> tuple[str | None, str]:
    """The expected reading's text and the page."""
    if not text.startswith(_BEGIN):
        return None, text
    told, _, body = text.removeprefix(_BEGIN).partition(_END)
    return told, body


def _told(file: Path, text: str, *, needed: tuple[str, ...]) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads(text)
        if not isinstance(told["url"], str) or any(key not in told for key in needed):
            raise KeyError(*needed)
    except (ValueError, KeyError, TypeError) as err:
        raise ValueError(f"{file}: {' and '.join(needed)} were expected: {err}") from err
    return told
