"""Write the last run of the bench into the documents.

`python scripts/bench_table.py [FILE]`: build/bench.json (or FILE) becomes docs/bench.json, the table of docs/bench.md
and that of the README. A test holds both tables against docs/bench.json.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "docs" / "bench.json"
PLACES = (ROOT / "README.md", ROOT / "docs" / "bench.md")
GOALS = {
    "change_to_webhook": "<= 0.1",
    "fleet_page_100k": "<= 0.2",
    "key_to_pixel": "<= 0.15",
    "status_p99_with_visits": "<= 5",
    "accept_vs_bare": "<= 1.15",
    "audit_vs_bare": "<= 0.85",
    "audit_vs_naive": ">= 6",
    "audit_vs_bare_at_0_ms": "<= 2.0",
    "audits_per_minute_4": ">= 180",
    "context_memory": "<= 15",
    "delivery_to_visit": "<= 0.3",
    "delivery_to_visit_dovecot": "<= 0.8",
    "idle_transactions": "<= 3",
    "waiting_100k_cpu": "<= 1",
    "due_storm_20k": ">= 1500",
    "replay_vs_live": "<= 0.2",
    "start_help": "<= 0.4",
    "start_status": "<= 0.4",
    "start_audit": "<= 0.5",
    "grid_100_rows": "<= 0.5",
    "grid_500_rows": "<= 8",
    "grid_2000_rows": "<= 6",
}


def main() -> int:
    """Copy the figures, and write both tables afresh."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, nargs="?", default=ROOT / "build" / "bench.json", help="what a run wrote")
    given: Path = parser.parse_args().file
    try:
        document = json.loads(given.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        parser.error(f"{given}: the file of a run was expected: {error}; make one with: make bench")
    KEPT.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    for place in PLACES:
        shown = table(document, only_goals=place.name == "README.md")
        place.write_text(_replaced(place.read_text(encoding="utf-8"), shown), encoding="utf-8")
    return 0


def _replaced(text: str, shown: str) -> str:
    return re.sub(_pattern(), lambda _: f"<!-- bench -->\n{shown}\n<!-- /bench -->", text)


def table(document: dict[str, Any], *, only_goals: bool) -> str:
    """The machine in one line and the figures as rows; with `only_goals` those that have one."""
    machine = document["machine"]
    load = f"load {machine['load_at_start']:.1f} at the start and {machine['load_at_end']:.1f} at the end"
    took = f", {machine['minutes']:.0f} minutes" if "minutes" in machine else ""
    told = f"{machine['processor']}, {machine['cores']} cores, {load}{took}"
    lines = [
        f"{machine['measured_at'][:10]}, {told}{', a quick run' if machine['quick'] else ''}.",
        "",
        "| Figure | Median | Min to max | Goal | Beside |",
        "| --- | --- | --- | --- | --- |",
    ]
    return "\n".join(lines + [_row(one) for one in document["figures"] if not only_goals or one["name"] in GOALS])


def block(text: str) -> str | None:
    """What stands in the document now; None where there is no place for it."""
    found = re.search(_pattern(), text)
    return None if found is None else found[1]


def short(value: float) -> str:
    """Three digits, and no more than are meant."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _row(one: dict[str, Any]) -> str:
    unit = "" if one["unit"] == "ratio" else f" {one['unit']}"
    goal = GOALS.get(one["name"], "").replace("<=", "≤").replace(">=", "≥")
    return (
        f"| `{one['name']}` | {short(one['value'])}{unit} | {short(one['min'])} to {short(one['max'])} | {goal} | "
        f"{one['of']} |"
    )


def _pattern() -> str:
    return r"(?s)<!-- bench -->\n(.*?)\n<!-- /bench -->"


if __name__ == "__main__":
    raise SystemExit(main())
