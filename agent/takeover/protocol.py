"""What travels between a viewer, the relay and the worker that keeps a page.

A closed set of messages.

JSON texts of at most 4 kB from the viewer, pictures as binary messages from the worker.
"""

from __future__ import annotations

import json
from struct import Struct, error
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, TypeAdapter, ValidationError

LONGEST = 4096  # bytes of one message from a viewer
PER_SECOND = 60  # messages from a viewer
LARGEST_PICTURE = 2_000_000  # bytes
_HEAD = Struct(">BIHH")  # version, number, width, height
_VERSION = 1

Key = Literal[
    "Enter", "Tab", "Backspace", "Delete", "Escape", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End",
    "PageUp", "PageDown", "Space",
]  # fmt: skip
_Place = Annotated[float, Field(ge=0, le=4096, allow_inf_nan=False)]
_Step = Annotated[float, Field(ge=-2000, le=2000, allow_inf_nan=False)]


class BadMessageError(Exception):
    """Not one of the messages, or too long."""


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Act(_Message):
    """What reaches the page: only with the wheel's own token."""

    token: int = Field(ge=0)


class Mouse(_Act):
    """The pointer; the left button alone."""

    type: Literal["mouse"]
    act: Literal["move", "down", "up"]
    x: _Place
    y: _Place


class Scroll(_Act):
    """The wheel of the mouse."""

    type: Literal["scroll"]
    x: _Place
    y: _Place
    down: _Step


class PressKey(_Act):
    """One key of those that have no character."""

    type: Literal["key"]
    key: Key
    shift: bool = False


class Text(_Act):
    """Characters, as composed by the person's own keyboard."""

    type: Literal["text"]
    text: str = Field(min_length=1, max_length=200)


class Choose(_Act):
    """An option of the native list that was told last."""

    type: Literal["choose"]
    list: int = Field(ge=0)
    option: int = Field(ge=0, le=5000)


class Use(_Act):
    """Text mode: press a control of the outline."""

    type: Literal["use"]
    node: int = Field(ge=0)


class Fill(_Act):
    """Text mode: replace what a field holds."""

    type: Literal["fill"]
    node: int = Field(ge=0)
    text: str = Field(max_length=200)


class SubmitWithPassword(_Act):
    """The person has answered the picture.

    The agent types the password and sends the form.
    """

    type: Literal["submit_with_password"]


class GivenCode(_Act):
    """A code that was sent to the person; the agent types it."""

    type: Literal["code"]
    code: SecretStr = Field(min_length=4, max_length=12)


class HandBack(_Act):
    """The person is done."""

    type: Literal["done"]


class GiveUp(_Act):
    """The person leaves it."""

    type: Literal["give_up"]


class Extend(_Act):
    """More time, once."""

    type: Literal["extend"]


class Seen(_Message):
    """The viewer has drawn a picture and takes the next one."""

    type: Literal["seen"]
    number: int = Field(ge=0)


class Look(_Message):
    """Whether a person looks, and at what."""

    type: Literal["look"]
    at: Literal["pictures", "outline", "nothing"]


Act = (
    Mouse | Scroll | PressKey | Text | Choose | Use | Fill | SubmitWithPassword | GivenCode | HandBack | GiveUp | Extend
)
FromViewer = Act | Seen | Look
_ADAPTER: TypeAdapter[FromViewer] = TypeAdapter(Annotated[FromViewer, Field(discriminator="type")])


def parse(text: str | bytes) -> FromViewer:
    """Read a message of a viewer.

    Raises:
        BadMessageError: it is none; its content is not repeated.
    """
    if len(text if isinstance(text, bytes) else text.encode(errors="replace")) > LONGEST:
        raise BadMessageError("the message is too long")
    try:
        return _ADAPTER.validate_json(text)
    except ValidationError as err:
        raise BadMessageError("the message is none that is known") from err


def is_act(message: FromViewer) -> bool:
    """Whether it reaches the page or ends the take-over, and so needs the token."""
    return isinstance(message, _Act)


def picture(number: int, *, width: int, height: int, jpeg: bytes) -> bytes:
    """Write one picture down as a binary message."""
    return _HEAD.pack(_VERSION, number, width, height) + jpeg


def picture_number(message: bytes) -> int:
    """Read a picture's number.

    Raises:
        BadMessageError: it is none, or too large.
    """
    try:
        version, number, _, _ = _HEAD.unpack_from(message)
    except error as err:
        raise BadMessageError("the picture has no head") from err
    if version != _VERSION or len(message) > LARGEST_PICTURE or message[_HEAD.size : _HEAD.size + 2] != b"\xff\xd8":
        raise BadMessageError("the picture is none")
    return int(number)


def said(kind: str, **fields: Any) -> str:
    """Write down what is told to a viewer or between relay and worker."""
    return json.dumps({"type": kind, **fields}, ensure_ascii=False, separators=(",", ":"))
