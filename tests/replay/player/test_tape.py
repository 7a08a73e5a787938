"""What the tape answers, what it refuses, and how it explains a refusal.

No browser.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from fixtures.player.match import Asked
from fixtures.player.recording import RecordingError, find_recordings, load_recording
from fixtures.player.tape import Tape
from tests.support.sites.player_rig import HOST, exchange, html, sign_in_rows, write

BEFORE = {"hop0": "example-a", "hop1": "example-b"}
AFTER = BEFORE | {"session": "example-session"}
FORM = {
    "csrf": "example-csrf",
    "email": "acme@users.example",
    "password": "example-pw",
    "otpCode": "000001",
    "metadata1": "0.1",
}


def tape_of(tmp_path: Path, rows: list[dict[str, Any]] | None = None, **about: object) -> Tape:
    return Tape(load_recording(write(tmp_path / "mini/case", rows or sign_in_rows(), **about)), lambda text: text)


def get(path: str, cookies: dict[str, str] | None = None, *, document: bool = True) -> Asked:
    return Asked(method="GET", url=HOST + path, document=document, cookies=cookies or {})


def post(path: str = "/ap/signin", **changed: str) -> Asked:
    body = urlencode(FORM | changed).encode()
    kind = "application/x-www-form-urlencoded"
    return Asked(method="POST", url=HOST + path, document=True, cookies=BEFORE, content_type=kind, body=body)


def number(tape: Tape, asked: Asked) -> int | None:
    found = tape.answer(asked)
    return found.number if found else None


def test_the_same_address_answers_by_what_was_done(tmp_path: Path) -> None:
    tape = tape_of(tmp_path)
    assert number(tape, get("/home")) == 1
    assert number(tape, post()) == 5
    assert number(tape, get("/home", AFTER)) == 6


def test_answers_of_one_address_are_consumed_in_order_and_run_out(tmp_path: Path) -> None:
    tape = tape_of(tmp_path)
    tape.answer(post())
    assert [number(tape, get("/users", AFTER)) for _ in range(3)] == [8, 9, None]
    assert "used up" in str(tape.misses[0])


def test_a_later_page_is_refused_before_the_form_that_leads_to_it(tmp_path: Path) -> None:
    tape = tape_of(tmp_path)
    assert number(tape, get("/users", AFTER)) is None
    assert str(tape.misses[0]) == (
        "no recorded answer for GET sellercentral.amazon.com/users; nearest recorded exchange #8 GET "
        "sellercentral.amazon.com/users: turn: it was recorded after #5 POST "
        "sellercentral.amazon.com/ap/signin, which was not asked for yet"
    )


def test_a_page_from_before_a_form_is_refused_after_it(tmp_path: Path) -> None:
    tape = tape_of(tmp_path)
    tape.answer(post())
    assert number(tape, get("/hop", {"hop0": "example-a"})) is None
    assert "recorded before #5 POST" in str(tape.misses[0])


def test_another_one_time_code_and_script_made_fields_match(tmp_path: Path) -> None:
    assert number(tape_of(tmp_path), post(otpCode="918273", metadata1="0.7")) == 5


@pytest.mark.parametrize("name", ["email", "password"])
def test_another_field_is_a_miss_that_names_exchange_and_field(tmp_path: Path, name: str) -> None:
    tape = tape_of(tmp_path)
    assert tape.answer(post(**{name: "other"})) is None
    miss = tape.misses[0]
    assert miss.nearest == "#5 POST sellercentral.amazon.com/ap/signin"
    assert miss.difference == f"form.{name}: recorded {FORM[name]!r}, asked 'other'"


def test_a_field_that_was_never_recorded_is_a_miss(tmp_path: Path) -> None:
    tape = tape_of(tmp_path)
    assert tape.answer(post(extra="1")) is None
    assert tape.misses[0].difference == "form.extra: recorded nothing, asked '1'"


def test_a_lost_cookie_is_a_miss(tmp_path: Path) -> None:
    tape = tape_of(tmp_path)
    tape.answer(post())
    assert tape.answer(get("/home", BEFORE)) is None
    assert tape.misses[0].difference == "cookie.session: recorded 'example-session', asked nothing"


def test_a_volatile_rule_of_the_recording_is_ignored_when_matching(tmp_path: Path) -> None:
    tape = tape_of(tmp_path, volatile=["POST /ap/signin form.email"])
    assert number(tape, post(email="other")) == 5


def test_live_values_are_redacted_before_they_are_compared(tmp_path: Path) -> None:
    recording = load_recording(write(tmp_path / "mini/case", sign_in_rows()))
    tape = Tape(recording, lambda text: text.replace("real-password", "example-pw"))
    assert number(tape, post(password="real-password")) == 5


def test_scripts_may_be_asked_for_again_but_calls_may_not(tmp_path: Path) -> None:
    tape = tape_of(tmp_path)
    assert [number(tape, get("/static/app.js", document=False)) for _ in range(2)] == [4, 4]
    tape.answer(post())
    assert [number(tape, get("/api/count", document=False)) for _ in range(2)] == [7, None]


def test_json_bodies_are_compared_by_field(tmp_path: Path) -> None:
    rows = [
        exchange(1, "POST", "/api", json={"a": {"b": 1}, "csrfToken": "x"}, kind="fetch", headers=html(), body="ok")
    ]
    tape = tape_of(tmp_path, rows)
    asked = Asked(
        method="POST",
        url=HOST + "/api",
        document=False,
        content_type="application/json",
        body=b'{"a":{"b":2},"csrfToken":"y"}',
    )
    assert tape.answer(asked) is None
    assert tape.misses[0].difference == "json.a.b: recorded '1', asked '2'"
    assert tape.answer(replace(asked, body=b'{"csrfToken":"y","a":{"b":1}}')) is not None


def test_what_nothing_asked_for_is_reported(tmp_path: Path) -> None:
    tape = tape_of(tmp_path)
    for asked in (get("/home"), get("/hop", {"hop0": "example-a"})):
        tape.answer(asked)
    assert [label.split()[0] for label in tape.unused()] == ["#3", "#4", "#5", "#6", "#7", "#8", "#9"]


def walk(tape: Tape) -> None:
    steps = [
        get("/home"),
        get("/hop", {"hop0": "example-a"}),
        get("/ap/signin", BEFORE),
        get("/static/app.js", document=False),
        post(),
    ]
    steps += [get("/home", AFTER), get("/api/count", document=False), get("/users", AFTER), get("/users", AFTER)]
    for asked in steps:
        tape.answer(asked)


def test_the_whole_visit_plays_without_a_miss(tmp_path: Path) -> None:
    tape = tape_of(tmp_path)
    walk(tape)
    assert (tape.misses, tape.unused()) == ([], [])


@pytest.mark.parametrize("gone", range(1, 10))
def test_removing_any_single_exchange_gives_a_miss_that_names_its_request(tmp_path: Path, gone: int) -> None:
    rows = sign_in_rows()
    removed = rows.pop(gone - 1)
    tape = tape_of(tmp_path, rows)
    walk(tape)
    path = removed["request"]["url"].removeprefix("https://")
    assert any(miss.asked == f"{removed['request']['method']} {path}" for miss in tape.misses)


@pytest.mark.parametrize("altered", range(1, 10))
def test_altering_any_single_request_gives_a_miss_that_names_the_field(tmp_path: Path, altered: int) -> None:
    rows = sign_in_rows()
    rows[altered - 1]["request"]["url"] += "?changed=1"
    tape = tape_of(tmp_path, rows)
    walk(tape)
    assert any(miss.difference.startswith("query.changed: recorded '1', asked nothing") for miss in tape.misses)


def test_an_altered_body_is_refused_when_loading_and_names_the_exchange(tmp_path: Path) -> None:
    path = write(tmp_path / "mini/case", sign_in_rows())
    name = json.loads((path / "exchanges.json").read_text())[2]["response"]["body"]
    (path / "bodies" / name).write_text("altered")
    with pytest.raises(RecordingError, match="the body of exchange 3 was altered"):
        load_recording(path)


def test_a_missing_body_and_another_schema_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "mini/case", sign_in_rows())
    for body in (path / "bodies").iterdir():
        body.unlink()
    with pytest.raises(RecordingError, match="the body of exchange 3 is missing"):
        load_recording(path)
    write(path, [], schema=3)
    with pytest.raises(RecordingError, match="schema 3, expected 1 or 2"):
        load_recording(path)


def test_recordings_are_found_below_a_directory_in_order(tmp_path: Path) -> None:
    for name in ("b/two", "a/one"):
        write(tmp_path / name, [])
    assert [f"{path.parent.name}/{path.name}" for path in find_recordings([tmp_path])] == ["a/one", "b/two"]
