"""The redactor finds a value in every form it may be written in."""

from __future__ import annotations

import base64
import html
import json
import secrets
from random import Random
from time import thread_time
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from flows.redaction.redact import Redactor

SECRET = "p&ss <wörd>\"'+/=?#"

FORMS = {
    "plain": SECRET,
    "quoted": quote(SECRET, safe=""),
    "form": quote_plus(SECRET),
    "json": json.dumps(SECRET),
    "json in utf-8": json.dumps(SECRET, ensure_ascii=False),
    "html": html.escape(SECRET),
    "base64": base64.b64encode(SECRET.encode()).decode(),
    "base64 after one byte": base64.b64encode(b"x" + SECRET.encode() + b"yz").decode(),
    "base64 after two bytes": base64.b64encode(b"xy" + SECRET.encode() + b"yz").decode(),
    "base64 for addresses": base64.urlsafe_b64encode(b"ab:" + SECRET.encode()).decode(),
    "hex": SECRET.encode().hex(),
    "hex in capitals": SECRET.encode().hex().upper(),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_value_is_replaced_in_every_form(form: str) -> None:
    redactor = Redactor()
    redactor.register(SecretStr(SECRET))
    written = FORMS[form]
    shown = redactor.redact(f"before {written} after")
    core = written.strip('"')[4:-4]
    assert core not in shown
    assert shown.startswith("before ")


def test_the_same_value_gets_the_same_placeholder_and_keeps_its_shape() -> None:
    redactor = Redactor(key=b"k" * 32)
    redactor.register("acme@users.example")
    redactor.register("A1EXAMPLE00001")
    first = redactor.redact("acme@users.example A1EXAMPLE00001")
    assert first == redactor.redact("acme@users.example A1EXAMPLE00001")
    address, merchant = first.split(" ")
    assert ("@" in address, address.endswith(".example")) == (True, True)
    assert (len(merchant), merchant[0].isupper(), merchant[1].isdigit()) == (14, True, True)


def test_an_address_is_found_in_any_case() -> None:
    redactor = Redactor()
    redactor.register("Acme@Users.Example")
    assert "acme" not in redactor.redact("signed in as ACME@users.example").lower()


def test_a_code_is_not_replaced_inside_a_longer_number() -> None:
    redactor = Redactor()
    redactor.register("123456")
    assert redactor.redact("id 91234567") == "id 91234567"
    assert "123456" not in redactor.redact("code 123456.")


def test_values_too_short_to_tell_from_text_are_left_alone() -> None:
    redactor = Redactor()
    redactor.register("abc")
    assert redactor.redact("abcdef") == "abcdef"


def test_a_longer_value_wins_over_one_it_contains() -> None:
    redactor = Redactor()
    redactor.register_all(["secret", "secret-and-more"])
    assert "and-more" not in redactor.redact("secret-and-more")


def test_many_values_are_looked_for_in_a_long_text_without_stopping_everything_else() -> None:
    redactor = Redactor()
    redactor.register_all(secrets.token_urlsafe(24) for _ in range(200))
    redactor.register("needle in the page")
    page = "<li class='a-row'>Manage Orders &amp; Returns: View &amp; Edit</li>\n" * 15_000
    before = thread_time()
    assert "needle in the page" not in redactor.redact(f"{page}needle in the page{page}")
    assert (
        thread_time() - before < 6
    )  # an alternation of all their forms takes ten times as long, and no other thread runs meanwhile


@settings(deadline=None)  # a busy machine is no fault of this
@given(values=st.lists(st.text("abB1@ /", min_size=4, max_size=6), min_size=1, max_size=8), order=st.randoms())
def test_of_values_that_begin_alike_the_longest_is_replaced_in_whatever_order_they_came(
    values: list[str], order: Random
) -> None:
    one, other = Redactor(key=b"k"), Redactor(key=b"k")
    one.register_all(values)
    other.register_all(order.sample(values, len(values)))
    for value in values:
        written = f"<{value}>"
        assert one.redact(written) == other.redact(written)


@given(st.text(min_size=4, max_size=40).filter(lambda text: len(text.strip()) >= 4 and not text.isdigit()))
def test_no_value_survives_in_an_address_or_a_document(value: str) -> None:
    redactor = Redactor()
    try:
        value.encode()
    except UnicodeEncodeError:
        return
    redactor.register(value)
    for written in (value, quote_plus(value), json.dumps(value)[1:-1], html.escape(value)):
        assert redactor.redact(f"[{written}]") == redactor.redact(f"[{written}]")
        if len(set(value)) > 3:
            assert written not in redactor.redact(f"[{written}]")


_HARMLESS = '{"event": "visit.started", "account": "A1", "place": "/a%20b?c=d&amp;e", "words": "say \\\\u0026"}'


def test_lines_that_hold_nothing_are_left_alone_without_compiling_and_all_others_are_redacted_alike() -> None:
    values = ["hunter2-hunter2", "Some.One@users.example", "123456", SECRET, "ſecret@users.example"]
    lines = [_HARMLESS, "SOME.ONE%40USERS.EXAMPLE", "some%2eone%40users%2Eexample", "1234567", "secret@users.example"]
    lines += [f"x {encode(value)} y" for value in values for encode in (str, str.upper, html.escape, quote, json.dumps)]
    lines += [quote(html.escape(SECRET)), "hunter2\\u002dhunter2", *FORMS.values()]
    for known in ([values[0]], values[:2], values[:4], values):
        fresh, compiled = Redactor(key=b"k"), Redactor(key=b"k")
        fresh.register_all(known)
        compiled.register_all(known)
        compiled.redact(known[0])
        for line in lines:
            fresh._compiled = None
            assert fresh.redact(line) == compiled.redact(line)
    plain = Redactor()
    plain.register_all(values[:4])
    assert plain.redact(_HARMLESS) == _HARMLESS
    assert plain._compiled is None
