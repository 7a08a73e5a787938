"""One self-contained HTML file.

No script, no network, the pictures of offending rows inside it.
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TextIO

from jinja2 import Environment, FileSystemLoader, Template, select_autoescape
from markupsafe import Markup

from agent.domain.audit.document import AuditDocument
from agent.printable import printable

_TEMPLATES = Path(__file__).parent / "templates"
_LARGEST = 2_000_000  # bytes of one picture


class HtmlReport:
    """Writes a head, a card an account, and a foot with the sums."""

    def __init__(self, out: TextIO, evidence: Path) -> None:
        self._out = out
        self._root = evidence.resolve()
        loader = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=select_autoescape(["j2"], default=True),
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=_shown,
        )
        self._parts: dict[str, Template] = {
            name: loader.get_template(f"{name}.html.j2") for name in ("head", "audit", "foot")
        }
        self._sums: dict[str, int] = {}

    def begin(self) -> None:
        self._out.write(self._parts["head"].render())

    def add(self, document: AuditDocument) -> None:
        self._sums[document["verdict"]] = self._sums.get(document["verdict"], 0) + 1
        pictures = {finding["id"]: self._pictures(finding.get("evidence", [])) for finding in document["findings"]}
        self._out.write(self._parts["audit"].render(audit=document, pictures=pictures, sections=_sections(document)))

    def end(self) -> None:
        self._out.write(self._parts["foot"].render(sums=sorted(self._sums.items())))

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


def _shown(value: object) -> object:
    """Every text of the page; what the template itself marked as markup stays."""
    return printable(value, lines=True) if isinstance(value, str) and not isinstance(value, Markup) else value


def _sections(document: AuditDocument) -> list[tuple[str, list[object]]]:
    """The permissions by scope and section, in the page's order."""
    sections: dict[str, list[object]] = {}
    for row in document["permissions"]:
        title = row["section"] if row["scope"] == "regional" else f"{row['section']} · {row['scope']}"
        sections.setdefault(title, []).append(row)
    return list(sections.items())
