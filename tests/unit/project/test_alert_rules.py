"""The alert rules and the dashboard: every query parses, and every metric and label in it is one that the agent has."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml

from agent.observe.metrics import Metrics

ROOT = Path(__file__).parents[3]
RULES, DASHBOARD = ROOT / "docs/deploy/alerts.yaml", ROOT / "docs/deploy/grafana-dashboard.json"


def rules() -> list[dict[str, Any]]:
    document = yaml.safe_load(RULES.read_text())
    return [rule for group in document["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    return list(json.loads(DASHBOARD.read_text())["panels"])


def queries() -> Iterator[tuple[str, str]]:
    yield from ((rule["alert"], rule["expr"]) for rule in rules())
    for panel in panels():
        yield from ((panel["title"], target["expr"]) for target in panel["targets"])


def exported() -> dict[str, set[str]]:
    """The labels of each series, by its name."""
    found: dict[str, set[str]] = {}
    for collector in {id(each): each for each in Metrics().registry._names_to_collectors.values()}.values():
        name, labels = collector._name, set(collector._labelnames)  # type: ignore[attr-defined]
        kind = collector._type  # type: ignore[attr-defined]
        suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}.get(kind, ("",))
        for suffix in suffixes:
            found[name + suffix] = labels | ({"le"} if suffix == "_bucket" else set())
    return found


def selectors(expression: Any) -> Iterator[Any]:
    """The vector selectors of a parsed query."""
    if isinstance(expression, promql_parser.VectorSelector):
        yield expression
    for part in ("vector_selector", "expr", "lhs", "rhs", "param", "args"):
        inner = getattr(expression, part, None)
        if inner is not None and not isinstance(inner, str):
            for each in inner if isinstance(inner, list) else [inner]:
                yield from selectors(each)


@pytest.mark.parametrize(("where", "query"), list(queries()))
def test_a_query_parses_and_asks_for_what_there_is(where: str, query: str) -> None:
    known = exported()
    found = list(selectors(promql_parser.parse(query)))
    assert found, where
    for selector in found:
        assert selector.name in known, f"{where}: {selector.name}"
        asked = {matcher.name for matcher in selector.matchers.matchers}
        assert asked <= known[selector.name], f"{where}: {asked}"


def test_the_bucket_of_the_promise_is_one_that_is_counted() -> None:
    promised = re.findall(r'le=\\?"([\d.]+)\\?"', RULES.read_text() + DASHBOARD.read_text())
    exported_page = Metrics()
    exported_page.accepted_after.observe(1)
    samples = [sample for metric in exported_page.accepted_after.collect() for sample in metric.samples]
    assert set(promised) == {"3600.0"}
    assert "3600.0" in {sample.labels.get("le") for sample in samples}


def test_every_alert_says_what_to_do_and_how_urgent_it_is() -> None:
    operations = (ROOT / "docs/operations.md").read_text()
    anchors = {
        heading.strip().lower().replace(" ", "-") for heading in re.findall(r"^#+ (.+)$", operations, re.MULTILINE)
    }
    assert len({rule["alert"] for rule in rules()}) == len(rules())
    for rule in rules():
        assert rule["labels"]["severity"] in {"page", "ticket"}, rule["alert"]
        assert rule["annotations"]["summary"], rule["alert"]
        assert rule["annotations"]["description"], rule["alert"]
        page, anchor = rule["annotations"]["runbook"].split("#")
        assert (ROOT / page).exists(), rule["alert"]
        assert anchor in anchors, rule["alert"]


def test_states_and_verdicts_in_the_rules_are_the_agent_s_own() -> None:
    from agent.domain.authorization import State

    stated = set(re.findall(r'sc_agent_accounts\{state="(\w+)"\}', RULES.read_text()))
    assert stated
    assert stated <= {state.value for state in State}


def test_no_two_panels_lie_over_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        box = panel["gridPos"]
        cells = {(x, y) for x in range(box["x"], box["x"] + box["w"]) for y in range(box["y"], box["y"] + box["h"])}
        assert not cells & taken, panel["title"]
        assert box["x"] + box["w"] <= 24
        taken |= cells
