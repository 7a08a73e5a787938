"""How replays are shown: a table, a JSON document, a JUnit report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from agent.cli.output import print_table, say
from agent.printable import printable

if TYPE_CHECKING:
    from agent.rehearsal.replay.run import Replayed


def print_replays(results: Sequence[Replayed]) -> None:
    """Print the table, then what differs, then the sum."""
    rows = [
        (one.name, one.flow, f"{one.seconds:.2f} s", f"{one.age_days} d", one.outcome, verdict(one)) for one in results
    ]
    print_table(("recording", "flow", "time", "age", "outcome", "verdict"), rows)
    for one in results:
        for line in details(one):
            say(line)
    same = sum(one.is_same for one in results)
    say(f"{same} of {len(results)} as recorded, {sum(one.seconds for one in results):.1f} s of visits")


def verdict(one: Replayed) -> str:
    """Say in a word how a replay compares."""
    if not one.is_same:
        return "DIFFERS"
    return "stopped" if one.stopped else "same"


def details(one: Replayed) -> list[str]:
    """List what a person has to know about one replay."""
    lines = [f"{one.name}: {line}" for line in (*one.differences, *one.misses)]
    if one.page_difference:
        lines.append(f"{one.name}: {one.page_difference}")
    if one.bodiless and not one.is_same:
        lines.append(
            f"{one.name}: answered without a body, which was lost when it was recorded: {'; '.join(one.bodiless)}"
        )
    if one.unused and not one.is_same:
        lines.append(f"{one.name}: never asked for: {', '.join(one.unused)}")
    return lines


def as_document(results: Sequence[Replayed]) -> dict[str, Any]:
    """The JSON document, schema 1."""
    replays = [{**asdict(one), "seconds": round(one.seconds, 3), "verdict": verdict(one)} for one in results]
    return {"schema": 1, "replays": replays}


def as_junit(results: Sequence[Replayed]) -> str:
    """One test case a recording."""
    failures = sum(not one.is_same for one in results)
    seconds = sum(one.seconds for one in results)
    suite = ElementTree.Element(
        "testsuite", name="replay", tests=str(len(results)), failures=str(failures), time=f"{seconds:.3f}"
    )
    for one in results:
        told = {
            "classname": f"replay.{one.flow or 'unreadable'}",
            "name": printable(one.name),
            "time": f"{one.seconds:.3f}",
        }
        case = ElementTree.SubElement(suite, "testcase", told)
        if not one.is_same:
            lines = [printable(line) for line in details(one)]
            failure = ElementTree.SubElement(case, "failure", message=lines[0] if lines else "differs")
            failure.text = "\n".join(lines)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True)
