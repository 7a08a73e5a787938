"""One self-contained HTML file.

No script, no network, the pictures of offending rows inside it.
"""

from __future__ import annotations

import base64
import weakref
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import TextIO

from jinja2 import Template

from agent.domain.audit.document import AuditDocument
from agent.pages import page_environment
from agent.version import own_version

_TEMPLATES = Path(__file__).parent / "templates"
_LARGEST = 2_000_000  # bytes of one picture
_IN_MEMORY = 4_000_000  # bytes of cards; more are kept in a file until the head is written
_WORST_FIRST = ("fail", "incomplete", "not_permitted", "pass")
_JUMPS_FROM = 2  # accounts; one needs no list of contents


@dataclass(frozen=True, slots=True, kw_only=True)
class _Card:
    """What the list of contents says of an account."""

    account: str
    user_email: str
    verdict: str
    is_read: bool
    findings: int

    @property
    def rank(self) -> tuple[int, int, str]:
        return (_WORST_FIRST.index(self.verdict), -self.findings, self.account)


class HtmlReport:
    """Writes the sums and a list of contents, then a card an account, the worst first.

    The head stands before the cards and tells of all of them, so nothing is written before `end`.
    """

    def __init__(self, out: TextIO, evidence: Path) -> None:
        self._out = out
        self._root = evidence.resolve()
        templates = page_environment(_TEMPLATES, strict=False, tight=True)
        self._parts: dict[str, Template] = {
            name: templates.get_template(f"{name}.html.j2") for name in ("head", "audit", "foot")
        }
        self._cards: list[_Card] = []
        self._ends: list[int] = []  # of each card, in bytes
        self._rendered = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed with the report
        weakref.finalize(self, self._rendered.close)

    def begin(self) -> None:
        """Nothing can be said before the last account is known."""

    def add(self, document: AuditDocument) -> None:
        self._cards.append(
            _Card(
                account=document["account"],
                user_email=document["user_email"],
                verdict=document["verdict"],
                is_read="error" not in document,
                findings=len(document["findings"]),
            )
        )
        shown = {
            "audit": document,
            "number": len(self._cards),
            "pictures": {
                finding["id"]: self._pictures(finding.get("evidence", [])) for finding in document["findings"]
            },
            "gaps": [
                (gap, self._pictures([gap["picture"]] if gap["picture"] else [])) for gap in document.get("gaps", [])
            ],
            "explained": document.get("explained"),
            "views": [
                (picture, source)
                for picture in document.get("explained", {}).get("pictures", ())
                for source in self._pictures([picture["picture"]])
            ],
            "notes": [note for note in document["notes"] if not note.startswith("not read: ")],
            "sections": _sections(document),
        }
        self._ends.append(self._rendered.tell() + self._rendered.write(self._parts["audit"].render(shown).encode()))

    def end(self) -> None:
        order = sorted(range(len(self._cards)), key=lambda place: self._cards[place].rank)
        contents = [(place + 1, self._cards[place]) for place in order] if len(order) >= _JUMPS_FROM else []
        self._out.write(self._parts["head"].render(sums=self._sums(), contents=contents, version=own_version()))
        starts = [0, *self._ends]
        for place in order:
            self._rendered.seek(starts[place])
            self._out.write(self._rendered.read(self._ends[place] - starts[place]).decode())
        self._rendered.close()
        self._out.write(self._parts["foot"].render())

    def _sums(self) -> list[tuple[str, int]]:
        counted = Counter(card.verdict if card.is_read else "not read" for card in self._cards)
        return [(name, counted[name]) for name in (*_WORST_FIRST, "not read") if counted[name]]

    def _pictures(self, paths: list[str]) -> list[str]:
        """Pictures as data addresses.

        Anything outside the data directory, missing or too large is left out.
        """
        found = []
        for name in paths:
            path = (self._root / name).resolve()
            if (
                path.is_relative_to(self._root)
                and path.suffix == ".png"
                and path.is_file()
                and path.stat().st_size <= _LARGEST
            ):
                found.append("data:image/png;base64," + base64.b64encode(path.read_bytes()).decode())
        return found


def _sections(document: AuditDocument) -> list[tuple[str, list[object]]]:
    """The permissions by scope and section, in the page's order."""
    sections: dict[str, list[object]] = {}
    for row in document["permissions"]:
        title = row["section"] if row["scope"] == "regional" else f"{row['section']} · {row['scope']}"
        sections.setdefault(title, []).append(row)
    return list(sections.items())
