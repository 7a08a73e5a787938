"""A table a person can act on; colours only on a terminal."""

from __future__ import annotations

from typing import TextIO

from rich.table import Table
from rich.text import Text

from agent.domain.audit.document import AuditDocument, FindingDocument
from agent.printable import printable
from agent.terminal import PrintableConsole

_STYLES = {"pass": "bold green", "fail": "bold red", "incomplete": "bold yellow", "not_permitted": "bold yellow"}
_SIGNS = {"excess": "too much", "shortfall": "too little", "must_be_none": "must be None"}


class TextReport:
    """Writes one block an account, and a line of sums at the end."""

    def __init__(self, out: TextIO) -> None:
        self._console = PrintableConsole(out)
        self._sums: dict[str, int] = {}

    def begin(self) -> None:
        """Nothing stands before the first audit."""

    def add(self, document: AuditDocument) -> None:
        verdict = document["verdict"]
        self._sums[verdict] = self._sums.get(verdict, 0) + 1
        self._console.print(_headline(document))
        if document["findings"]:
            self._console.print(_table(document["findings"]))
        for title, findings in (document.get("changes") or {}).items():
            for each in findings:  # one a line: names hold commas
                self._line(f"{title}: {each['section']} > {each['permission']}")
        for note in document["notes"]:
            self._line(note)
        self._probes(document)
        if document["drift"]:
            self._line(f"drift: {document['drift']}")
        self._explained(document)
        for path in document["evidence"]:
            self._line(f"evidence: {path}")
        self._console.print()

    def end(self) -> None:
        if sum(self._sums.values()) != 1:
            self._line(
                ", ".join(f"{count} {verdict}" for verdict, count in sorted(self._sums.items())) or "no accounts",
                indent="",
            )

    def _explained(self, document: AuditDocument) -> None:
        """The list beside the pictures.

        What claimed how many pieces, and each gap with what a person may do.
        """
        explained = document.get("explained")
        if explained is None:
            return
        for picture in explained["pictures"]:
            names = explained["legend"]
            counts = ", ".join(f"{count} {names.get(kind, kind)}" for kind, count in picture["counts"].items())
            self._line(f"explained {picture['name']}: {counts or 'nothing'}")
        for mark in explained["marks"]:
            where = f" ({mark['where']})" if mark["where"] else ""
            self._line(f"gap {mark['number']} {mark['kind']}: {mark['words']}{where}")
            self._line(mark["next"], indent="    ")
        if explained["why_not"]:
            self._line(f"not drawn: {explained['why_not']}")

    def _probes(self, document: AuditDocument) -> None:
        for feature in document["features"]:
            read = f"; its data was read {at}" if (at := feature.get("read")) else ""
            self._line(f"feature {feature['name']}: {feature['served']} ({feature['because']}){read}")
        probes = document["probes"]
        if probes:
            answers = [probe["answer"] for probe in probes]
            counts = ", ".join(f"{answers.count(answer)} {answer}" for answer in ("reached", "refused", "unclear"))
            self._line(f"pages tried: {counts}")

    def _line(self, text: str, indent: str = "  ") -> None:
        self._console.print(Text(f"{indent}{text}"), soft_wrap=True)


def _headline(document: AuditDocument) -> Text:
    counts = document["counts"]
    line = Text()
    line.append(document["verdict"].upper().replace("_", " "), style=_STYLES.get(document["verdict"], "bold"))
    line.append(f"  {document['account']}", style="bold")
    line.append(f"  {document['user_email']}  {document['audited_at']}")
    told = dict.fromkeys((document["source"], document["layout"], document["language"]))
    read = " ".join(part for part in told if part and part != "none")
    line.append(f"  {counts['as_expected']} of {counts['permissions']} as expected" + (f" ({read})" if read else ""))
    return line


def _table(findings: list[FindingDocument]) -> Table:
    table = Table(
        "", "Where", "Permission", "Is", "Should be", "What to do", show_edge=False, pad_edge=True, header_style="bold"
    )
    for finding in findings:
        place = finding["section"] if finding["scope"] == "regional" else f"{finding['section']} ({finding['scope']})"
        again = f" ({finding['occurrence']})" if finding["occurrence"] > 1 else ""
        cells = (
            _SIGNS.get(finding["kind"], finding["kind"].replace("_", " ")),
            place,
            finding["permission"] + again,
            finding["actual"] or "?",
            finding["expected"] or "?",
            finding["remedy"],
        )
        style = "red" if finding["kind"] in _SIGNS else "yellow"
        table.add_row(*(Text(printable(cell), style=style if index == 0 else "") for index, cell in enumerate(cells)))
    return table
