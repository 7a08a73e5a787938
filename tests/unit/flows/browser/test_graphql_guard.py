"""A POST to a GraphQL path passes a read-only visit only as one listed query."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.browser.graphql import is_listed_query
from flows.browser.hosts import HostPolicy, ReadCall, ReadOnly, RequestRuling, judge

QUERY = "query reportDataQuery($input: GetReportDataInput) { getReportData(input: $input) { rows } }"
LISTED = frozenset({"reportDataQuery"})
URL = "https://sellercentral.amazon.com/business-reports/api"
RULES = ReadOnly(
    documents=("/business-reports",), calls=(ReadCall(method="POST", path="/business-reports/api", queries=LISTED),)
)


def body(query: str = QUERY, **more: object) -> str:
    return json.dumps({"query": query, **more})


def ruling(url: str, sent: str | None, method: str = "POST", kind: str = "fetch") -> RequestRuling:
    return judge(kind=kind, method=method, url=url, policy=HostPolicy(), read_only=RULES, body=sent)


@pytest.mark.parametrize(
    "sent",
    [
        body(),
        body(operationName="reportDataQuery", variables={"input": {"page": 0, "asins": ["mutation { x }"]}}),
        body("# mutation in a remark\n" + QUERY),
        body('query reportDataQuery { a(words: "mutation { b }") { ...F } } fragment F on T { rows }'),
        body(QUERY, operationName=None, variables=None),
    ],
)
def test_one_listed_query_passes(sent: str) -> None:
    assert is_listed_query(sent, LISTED)
    assert ruling(URL, sent) is RequestRuling.PASS


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "",
        "query reportDataQuery { a }",
        "null",
        json.dumps([{"query": QUERY}]),
        body("mutation reportDataQuery { a }"),
        body("subscription reportDataQuery { a }"),
        body("{ getReportData { rows } }"),
        body("query { a }"),
        body("query other { a }"),
        body(QUERY + " mutation m { a }"),
        body(QUERY + " query other { a }"),
        body("mutation m { a } " + QUERY),
        body('query reportDataQuery { a(b: """ } mutation m { c } """'),
        body(QUERY + "}"),
        body(QUERY + " fragment F on T mutation m { a }"),
        body("query reportDataQuery mutation m { a }"),
        body(QUERY + " mutation"),
        body(QUERY, operationName="m"),
        body(QUERY, extensions={"persistedQuery": {"sha256Hash": "a"}}),
        body(QUERY, variables=[1]),
        '{"query": ' + json.dumps(QUERY) + ', "query": "mutation m { a }"}',
        '{"extensions": {"persistedQuery": {"sha256Hash": "a"}}}',
        body(QUERY + "\x00"),
        body(QUERY + " " * 30_000),
        "{" * 50_000,
    ],
)
def test_everything_else_is_stopped(sent: str | None) -> None:
    assert not is_listed_query(sent, LISTED)
    assert ruling(URL, sent) is RequestRuling.STOP


@pytest.mark.parametrize(
    ("url", "method", "kind"),
    [
        (URL + "?query=mutation", "POST", "fetch"),
        (URL + "?batch=1", "POST", "fetch"),
        (URL + "/more", "POST", "fetch"),
        ("https://sellercentral.amazon.com/performance/api/summary", "POST", "fetch"),
        (URL, "PUT", "fetch"),
        (URL, "DELETE", "xhr"),
        (URL, "POST", "ping"),
        (URL, "POST", "document"),
        (URL + "?query=query+q+%7Ba%7D", "GET", "fetch"),
        ("https://advertising.amazon.com/business-reports/api", "POST", "document"),
    ],
)
def test_the_same_question_elsewhere_or_otherwise_is_stopped(url: str, method: str, kind: str) -> None:
    assert ruling(url, body(), method, kind) in (RequestRuling.STOP, RequestRuling.FOREIGN)


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_text_around_a_mutation_makes_it_a_query(before: str, after: str) -> None:
    sent = body(f"{before} mutation m {{ acknowledge }} {after}")
    if is_listed_query(sent, LISTED):  # only where it stands in a remark or a text
        assert "#" in before or '"' in before
