"""Values that stand in a text under the name of a secret.

In tags, scripts, JSON and addresses, and masking them.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import unquote_plus

from flows.recording.scrubbing.named_beside import Named, beside, is_drawn_text, sent_beside
from flows.recording.scrubbing.secret_names import is_secret_in_page, is_secret_key, is_secret_name
from flows.redaction.unescaped import source_of, unescaped_levels

MASK = "volatile"  # what a recording says in place of a value that has to be another one each time

_TAG = re.compile(r"""<([a-zA-Z][\w:-]*)((?:"[^"]*"|'[^']*'|[^<>"'])*)>""")
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=\\]{1,200})\s*=\s*(?:\\?"([^"]*?)\\?"|\\?'([^']*?)\\?'|([^\s"'<>`\\]+))""")
_TEXTAREA = re.compile(r"(<textarea\b[^<>]*>)([^<]*)</textarea", re.IGNORECASE)
_KEY = r"""(?:\\?["']((?:[^"'\\\n]|\\[^"'\n]){1,80})\\?["']|([\w$.-]{1,80}))\s{0,20}[:=]\s{0,20}"""
_QUOTED = r"""\\"((?:[^"\\\n]|\\[^"\n])*)\\"|"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|`([^`\\\n$]*)`"""
_ASSIGNED = re.compile(rf"{_KEY}(?:{_QUOTED}|(\d{{4,}}))")
_PARAMETER = re.compile(r"(?:[?&#;]|\\u0026|%26|%3[fF]|%23)([\w.\[\]-]{1,80})(?:=|%3[dD])")
_PARAMETER_VALUE = re.compile(r"(?:(?!%26|%23|\\u0026)[^&#;\s\"'<>\\])+")
_WORDS = re.compile(r"[A-Za-z]{1,24}(?:[-_ .][A-Za-z]{1,24})*[.!?…]?")
_NUMBER = 7  # the group of a value without quotes
_VALUES = ("value", "content")
_LABELLED = frozenset({"submit", "button", "reset", "image"})  # their value is what people read
_COOKIE = re.compile(r"cookies?$", re.IGNORECASE)
_COOKIE_VALUE = re.compile(r"=[^;\s]{6,}")
_TYPED = frozenset({"one-time-code", "current-password", "new-password"})


def named_values(text: str, *, is_json: bool = False, also: Iterable[str] = ()) -> Iterator[Named]:
    """Yield what stands under the name of a secret.

    `is_json` says that every key counts; `also` are more such names.
    """
    yield from _in_tags(text, also)
    yield from _assigned(text, is_json, also)
    yield from _in_addresses(text, also)
    yield from beside(text, also=also)
    if is_json:
        yield from sent_beside(text, also=also)


def mask_named(text: str, is_known: Callable[[str], bool], *, is_json: bool = False, also: Iterable[str] = ()) -> str:
    """Write `volatile` where a named secret stands that is not replaced by value.

    A number stays one. Pages in an attribute or a script's text are looked into: their markup is escaped there.
    """
    found = {(one.start, -one.end): one for one in named_values(text, is_json=is_json, also=also)}
    for chain in unescaped_levels(text):
        for one in named_values(chain[-1].text, is_json=is_json, also=also):
            if one.value:
                start, end = source_of(chain, one.start, one.end)
                found.setdefault((start, -end), one)
    pieces, last = [], 0
    for start, end in ((start, -negative) for start, negative in sorted(found)):
        one = found[start, -end]
        if start >= last and one.value and not is_known_in_some_form(one.value, is_known):
            pieces += [text[last:start], "0" if one.is_number else MASK]
            last = end
    return "".join([*pieces, text[last:]])


def is_known_in_some_form(value: str, is_known: Callable[[str], bool]) -> bool:
    """Whether the value is replaced by value anyway, with its escapes read or not."""
    return any(is_known(one) for one in (value, html.unescape(value), unquote_plus(value), _unescaped(value)))


def secret_boxes(text: str) -> frozenset[str]:
    """Name a page's boxes for a password or a code, whatever they are called."""
    names = set()
    for tag in _TAG.finditer(text):
        told = {name: value for name, value, _, _ in _attributes(tag)}
        if tag[1].lower() == "input" and _is_typed_secret(told):
            names |= {told[key] for key in ("name", "id") if told.get(key)}
    return frozenset(names)


def _is_typed_secret(told: dict[str, str]) -> bool:
    return told.get("type", "").lower() == "password" or bool(
        _TYPED & set(told.get("autocomplete", "").lower().split())
    )


def _in_tags(text: str, also: Iterable[str]) -> Iterator[Named]:
    for tag in _TAG.finditer(text):
        attributes = list(_attributes(tag))
        told = {name: value for name, value, _, _ in attributes}
        names = [told[key] for key in ("name", "id", "property", "itemprop", "http-equiv") if told.get(key)]
        for name, value, start, end in attributes:
            if name in _VALUES and not (tag[1].lower() == "input" and told.get("type", "").lower() in _LABELLED):
                secret = next((one for one in names if is_secret_in_page(one, value, also=also)), None)
                secret = secret or ("password" if _is_typed_secret(told) else None)
            else:
                secret = name if name.startswith("data-") and is_secret_in_page(name, value, also=also) else None
            if secret is not None:
                yield Named(name=secret, value=value, start=start, end=end)
        yield from _in_element(text, tag, [*names, told.get("data-testid", "")], also)
    for area in _TEXTAREA.finditer(text):
        told = {name: value for name, value, _, _ in _attributes(area)}
        if any(is_secret_in_page(told[key], area[2], also=also) for key in ("name", "id") if told.get(key)):
            yield Named(name="textarea", value=area[2], start=area.start(2), end=area.end(2))


def _in_element(text: str, tag: re.Match[str], names: list[str], also: Iterable[str]) -> Iterator[Named]:
    """The text of an innermost element that is called like a secret."""
    end = text.find("<", tag.end())
    if end < 0 or not text.startswith("</", end):
        return
    value, called = text[tag.end() : end], tag[1].rpartition(":")[2]
    is_told = is_secret_in_page(called, value, also=also) and (called.isalpha() or is_drawn_text(value.strip()))
    if is_told or (
        is_drawn_text(value.strip()) and any(is_secret_in_page(one, value, also=also) for one in names if one)
    ):
        yield Named(name=called, value=value, start=tag.end(), end=end)


def _attributes(tag: re.Match[str]) -> Iterator[tuple[str, str, int, int]]:
    whole = tag.group()
    for found in _ATTRIBUTE.finditer(whole):
        group = next((number for number in (2, 3, 4) if found[number] is not None), 2)
        value = (found[group] or "").rstrip("\\")
        start = tag.start() + found.start(group)
        yield found[1].lower(), value, start, start + len(value)


def _in_addresses(text: str, also: Iterable[str]) -> Iterator[Named]:
    """Parameters of addresses; an address may stand in a parameter of another."""
    at = 0
    for found in _PARAMETER.finditer(text):
        if found.start() < at or not is_secret_name(found[1], also=also):
            continue
        if (value := _PARAMETER_VALUE.match(text, found.end())) is not None:
            yield Named(name=found[1], value=value[0], start=value.start(), end=value.end())
            at = value.end()


def _assigned(text: str, is_json: bool, also: Iterable[str]) -> Iterator[Named]:
    """What is assigned in scripts and JSON.

    Texts are looked into, because JSON stands in strings of scripts.
    """
    at = 0
    while (found := _ASSIGNED.search(text, at)) is not None:
        name = _unescaped(found[1] or found[2])
        group = next(number for number in range(3, _NUMBER + 1) if found[number] is not None)
        value = found[group]
        if _is_secret_assignment(name, value, is_json=is_json, also=also):
            place = {"start": found.start(group), "end": found.end(group)}
            yield Named(name=name, value=value, is_number=group == _NUMBER, **place)
            at = found.end()
        else:
            at = found.start(group)


def _is_secret_assignment(name: str, value: str, *, is_json: bool, also: Iterable[str]) -> bool:
    if is_json:
        return is_secret_key(name, value, also=also)
    if _COOKIE.search(name):
        return _COOKIE_VALUE.search(value) is not None  # a script may only be naming one
    return is_secret_in_page(name, value, also=also) and not _WORDS.fullmatch(value)


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    try:
        return str(json.loads(f'"{text}"'))
    except ValueError:
        return text
