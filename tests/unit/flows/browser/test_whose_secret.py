"""A request that takes a secret along is for its owner, in a body, once a place."""

from __future__ import annotations

import json
from urllib.parse import quote, urlencode

import pytest
from pydantic import SecretStr

from flows.browser.whose_secret import OwnedSecret, Sending

OURS, OTHER, PASSWORD = "a1@users.example", "owner@shop.example", "p@ss.word/1 +&"
URL = "https://www.amazon.com/ap/signin?openid.mode=checkid_setup"
PARTS = '--x\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'


def owned() -> OwnedSecret:
    return OwnedSecret(secret=SecretStr(PASSWORD), owner=OURS)


def told(carried: str, url: str = URL) -> str | None:
    return owned().misdirection(Sending(url, carried))


def written(who: str) -> dict[str, str]:
    """One sign-in in each form that a request can have."""
    fields = {"email": who, "password": PASSWORD}
    return {
        "form": urlencode(fields),
        "json": json.dumps({"signIn": [fields]}),
        "parts": "".join(PARTS.format(*pair) for pair in fields.items()) + "--x--\r\n",
        "plain": "".join(f"{name}={value}\r\n" for name, value in fields.items()),
    }


@pytest.mark.parametrize("form", written(OURS))
def test_ours_may_go_and_another_s_may_not_in_any_form(form: str) -> None:
    assert told(written(OURS)[form]) is None
    assert "another address" in (told(written(OTHER)[form]) or "")


@pytest.mark.parametrize(
    "way", [OTHER.replace("@", "\uff20"), quote(OTHER, safe=""), OTHER.upper(), f'{{"e":"{OTHER}"}}']
)
def test_another_s_is_seen_however_it_is_written(way: str) -> None:
    assert told(urlencode({"email": OURS, "state": way, "password": PASSWORD})) is not None


def test_another_s_in_the_address_counts_and_the_site_s_own_does_not() -> None:
    ours = written(OURS)["form"]
    assert told(ours, f"{URL}&email={OTHER}") is not None
    assert told(f"{ours}&help=contact@amazon.com", URL) is None


def test_a_secret_never_goes_into_an_address() -> None:
    assert "address" in (told("", f"https://www.amazon.com/ap/signin?{urlencode({'p': PASSWORD})}") or "")


def test_what_carries_no_secret_is_none_of_its_business() -> None:
    assert told(urlencode({"email": OTHER, "code": "123456"})) is None
    assert told('{"a": ') is None


def test_a_secret_behind_a_long_text_is_seen() -> None:
    long = urlencode({"metadata1": "x" * 300_000})
    assert told(f"{long}&{written(OTHER)['form']}") is not None
    one = owned()
    assert one.misdirection(Sending(URL, f"{long}&{written(OURS)['form']}")) is None
    assert "once" in (one.misdirection(Sending(URL, f"{long}x&{written(OURS)['form']}")) or "")


def test_each_place_gets_it_once() -> None:
    one, sent = owned(), written(OURS)["form"]
    assert one.misdirection(Sending(URL, sent)) is None
    assert one.misdirection(Sending("https://www.amazon.com/ap/next", sent)) is None
    assert one.misdirection(Sending(URL, sent), counts=False) is None  # the same request, looked at elsewhere
    assert "once" in (one.misdirection(Sending(f"{URL}&again=1", sent)) or "")
