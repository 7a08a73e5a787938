"""Messages between viewer, relay and worker: a closed set."""

from __future__ import annotations

import json

import pytest

from agent.takeover.protocol import (
    LONGEST,
    BadMessageError,
    GivenCode,
    Mouse,
    Seen,
    is_act,
    parse,
    picture,
    picture_number,
)


def test_known_messages_are_read() -> None:
    assert parse('{"type":"mouse","act":"down","x":1,"y":2.5,"token":3}') == Mouse(
        type="mouse", act="down", x=1, y=2.5, token=3
    )
    assert not is_act(parse('{"type":"seen","number":4}'))
    assert isinstance(parse('{"type":"seen","number":4}'), Seen)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        '{"type":"navigate","url":"https://example.com","token":1}',
        '{"type":"evaluate","token":1}',
        '{"type":"mouse","act":"down","x":1,"y":2}',  # no token
        '{"type":"mouse","act":"down","button":"right","x":1,"y":2,"token":1}',
        '{"type":"mouse","act":"down","x":-1,"y":2,"token":1}',
        '{"type":"mouse","act":"down","x":1e9,"y":2,"token":1}',
        '{"type":"key","key":"F12","token":1}',
        '{"type":"key","key":"c","ctrl":true,"token":1}',
        '{"type":"key","key":"Enter","token":-1}',
        json.dumps({"type": "text", "text": "a" * 201, "token": 1}),
        json.dumps({"type": "text", "text": "", "token": 1}),
        '{"type":"look","at":"clipboard"}',
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BadMessageError):
        parse(text)


def test_long_message_is_refused_before_it_is_read() -> None:
    with pytest.raises(BadMessageError, match="too long"):
        parse('{"type":"text","token":1,"text":"' + "a" * LONGEST + '"}')


def test_refusal_does_not_repeat_what_the_message_held() -> None:
    with pytest.raises(BadMessageError) as caught:
        parse('{"type":"text","token":"SECRET"}')
    assert "SECRET" not in str(caught.value)


def test_code_does_not_show_in_what_is_printed() -> None:
    code = parse('{"type":"code","code":"518204","token":1}')
    assert isinstance(code, GivenCode)
    assert "518204" not in repr(code)


def test_picture_has_a_number_and_is_a_jpeg() -> None:
    assert picture_number(picture(7, width=1280, height=900, jpeg=b"\xff\xd8\xff")) == 7
    for wrong in (b"", b"\x01", picture(7, width=1, height=1, jpeg=b"<svg>"), b"\x02" + b"\0" * 20):
        with pytest.raises(BadMessageError):
            picture_number(wrong)
