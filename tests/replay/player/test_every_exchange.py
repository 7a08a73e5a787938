"""Every exchange of every shipped recording counts.

One that is taken away or altered is missed by name. Asked as recorded, no browser.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from urllib.parse import urlencode

import pytest

from fixtures.player.match import Asked
from fixtures.player.recording import Exchange, Recording, find_recordings, load_recording
from fixtures.player.tape import Tape

ROOT = Path(__file__).parents[3] / "fixtures/recordings"
PATHS = find_recordings([ROOT])

pytestmark = pytest.mark.sampled(4)


def asked(exchange: Exchange) -> Asked:
    """The request as the browser sent it when it was recorded."""
    body, kind = exchange.text or "", ""
    if exchange.form is not None:
        body, kind = urlencode(exchange.form), "application/x-www-form-urlencoded"
    elif exchange.json is not None:
        body, kind = json.dumps(exchange.json), "application/json"
    told = {"method": exchange.method, "url": exchange.url, "cookies": exchange.cookies}
    return Asked(**told, document=exchange.is_document, content_type=kind, body=body.encode())  # type: ignore[arg-type]  # as typed above


def walk(recording: Recording, visit: Recording) -> Tape:
    """Ask one recording for everything that another one asked."""
    tape = Tape(recording, lambda text: text)
    for exchange in visit.exchanges:
        tape.answer(asked(exchange))
    return tape


def without(recording: Recording, gone: Exchange) -> Recording:
    return replace(recording, exchanges=tuple(one for one in recording.exchanges if one is not gone))


def changed(recording: Recording, old: Exchange, new: Exchange) -> Recording:
    return replace(recording, exchanges=tuple(new if one is old else one for one in recording.exchanges))


def alone(recording: Recording) -> list[Exchange]:
    """The exchanges that no other one can stand in for.

    The same script may be asked for any number of times. A sample of a long visit.
    """
    seen = Counter((one.method, one.url) for one in recording.exchanges)
    found = [one for one in recording.exchanges if one.is_document or seen[one.method, one.url] == 1]
    most = (
        30 if os.environ.get("SC_TEST_ALL") == "1" else 8
    )  # an audit that probes asks for a hundred pages that are all alike
    return Random(recording.name).sample(found, min(len(found), most))


@pytest.fixture(params=PATHS, ids=lambda path: f"{path.parent.name}-{path.name}")
def recording(request: pytest.FixtureRequest) -> Recording:
    return load_recording(request.param)


def test_asked_as_it_was_recorded_nothing_is_missed_and_nothing_is_left(recording: Recording) -> None:
    tape = walk(recording, recording)
    assert ([str(miss) for miss in tape.misses], tape.unused()) == ([], [])


def test_any_single_exchange_that_is_removed_is_missed_by_name(recording: Recording) -> None:
    unnoticed = [
        gone.label
        for gone in alone(recording)
        if not any(miss.asked == asked(gone).label for miss in walk(without(recording, gone), recording).misses)
    ]
    assert unnoticed == []


def test_any_single_request_that_is_altered_gives_a_miss_that_names_exchange_and_field(recording: Recording) -> None:
    unnoticed = []
    for exchange in alone(recording):
        for place, altered in alterations(exchange):
            misses = walk(changed(recording, exchange, altered), recording).misses
            if not any(miss.nearest == exchange.label and miss.difference.startswith(place) for miss in misses):
                unnoticed.append(f"{exchange.label} {place}: {[str(miss) for miss in misses]}")
    assert unnoticed == []


def alterations(exchange: Exchange) -> Iterator[tuple[str, Exchange]]:
    """One change of the address and, where there are any, one of a field and one of a cookie that may not differ."""
    mark = "&" if "?" in exchange.url else "?"
    yield "query.altered", replace(exchange, url=f"{exchange.url}{mark}altered=1")
    if exchange.form and (named := [name for name, _ in exchange.form if name in ("email", "password")]):
        form = tuple((name, "altered" if name == named[0] else value) for name, value in exchange.form)
        yield f"form.{named[0]}", replace(exchange, form=form)
    if exchange.is_document and (kept := [name for name, value in exchange.cookies.items() if value != "volatile"]):
        yield f"cookie.{kept[0]}", replace(exchange, cookies={**exchange.cookies, kept[0]: "altered"})
