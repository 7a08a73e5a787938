"""The corpus: reproducible, complete, and what it says of itself is true by an independent verifier."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import dkim
import pytest

from fixtures.stand_in.mail.cases import EMAILS
from fixtures.stand_in.mail.forged.table import FORGERIES
from fixtures.stand_in.mail.record_emails import contents, main, write
from fixtures.stand_in.mail.results import VOUCHED
from fixtures.stand_in.mail.variants import VARIANTS

_VERDICTS = {"accept", "held", "rejected", "duplicate", "retry"}
_NOT_STORED = {
    "oversized_html",
    "oversized_message",
    "nested_two_thousand_deep",
    "two_thousand_parts",
}  # too big for a repository
_CASES = sorted(path.stem for path in EMAILS.glob("*.eml"))


@cache
def _readings() -> dict[str, dict[str, Any]]:
    readings: dict[str, dict[str, Any]] = json.loads((EMAILS / "expected.json").read_text(encoding="utf-8"))
    return readings


def expected(case: str) -> dict[str, Any]:
    """The reading a case must get."""
    return _readings()[case]


def test_each_message_has_a_reading_and_each_reading_a_message() -> None:
    assert sorted(_readings()) == _CASES


def test_it_holds_enough_messages_and_enough_traps() -> None:
    traps = [case for case in _CASES if expected(case)["verdict"] != "accept"]
    assert len(_CASES) >= 60
    assert len(traps) >= 30


def test_every_forgery_and_every_honest_variant_is_in_it() -> None:
    assert {*FORGERIES, *VARIANTS, *VOUCHED} - set(_CASES) == _NOT_STORED
    assert {expected(case)["verdict"] for case in VARIANTS} == {"accept"}


def test_what_is_stored_is_what_the_cases_write() -> None:
    assert main(["--check"]) == 0


def test_a_difference_is_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(contents(), folder=tmp_path)
    (tmp_path / "unsigned.eml").write_bytes(b"changed")
    monkeypatch.setattr("fixtures.stand_in.mail.record_emails.EMAILS", tmp_path)
    assert main(["--check"]) == 1
    assert "unsigned.eml differs" in capsys.readouterr().err


@pytest.mark.sampled(60)
@pytest.mark.parametrize("case", _CASES)
def test_a_reading_is_complete(case: str) -> None:
    reading = expected(case)
    assert {reading["verdict"], *reading["also_safe"]} <= _VERDICTS
    assert reading["why"]
    assert (reading["invitation"] is not None) == ("accept" in (reading["verdict"], *reading["also_safe"]))
    assert reading["now"].endswith("Z")


@pytest.mark.parametrize(
    "case", [case for case in _CASES if expected(case)["verdict"] == "accept" and case not in VOUCHED]
)
def test_what_should_be_accepted_bears_a_valid_signature_of_its_sender(case: str) -> None:
    raw = (EMAILS / f"{case}.eml").read_bytes()
    records = json.loads((EMAILS / "keys.json").read_text())["records"]
    valid = set()
    for number in range(2):
        message = dkim.DKIM(raw)
        if message.verify(number, dnsfunc=lambda name, timeout=5: records.get(name.decode().rstrip("."), "").encode()):
            valid.add(message.domain)
    sender = dict(message.headers)[b"From"].strip().rstrip(b">").rpartition(b"@")[2]
    assert sender in valid


def test_no_private_key_is_stored() -> None:
    assert not [path for path in EMAILS.rglob("*") if path.is_file() and b"PRIVATE" in path.read_bytes()]
