"""The contract's JSON, one audit after another."""

from __future__ import annotations

from typing import TextIO

from agent.domain.audit.document import SCHEMA, AuditDocument
from agent.printable import json_text


class JsonReport:
    """Writes each audit as it comes; memory does not grow with their number."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._separator = ""

    def begin(self) -> None:
        self._out.write(f'{{"schema": {SCHEMA}, "audits": [')

    def add(self, document: AuditDocument) -> None:
        self._out.write(f"{self._separator}\n  {json_text(document)}")
        self._separator = ","

    def end(self) -> None:
        self._out.write("\n]}\n")
