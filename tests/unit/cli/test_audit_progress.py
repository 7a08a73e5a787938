"""The bar of a long audit: on a terminal it counts, elsewhere it is silent."""

from __future__ import annotations

import io
import sys

import pytest

from agent.cli.visits.audit import _progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "total", "counted"), [(Terminal, 3, True), (io.StringIO, 3, False), (Terminal, 1, False)]
)
def test_a_bar_counts_several_audits_on_a_terminal_only(
    monkeypatch: pytest.MonkeyPatch, stream: type[io.StringIO], total: int, counted: bool
) -> None:
    shown = stream()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", shown)
    with _progress(total) as advance:
        for _ in range(total - 1):
            advance()
    assert (f"{total - 1}/{total}" in shown.getvalue()) is counted
    assert counted or shown.getvalue() == ""
