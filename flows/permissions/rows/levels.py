"""The level of one row: what is offered and what is chosen.

From the options' own words and the column heads, which must
agree.
"""

from __future__ import annotations

from dataclasses import dataclass

from flows.models import Level
from flows.permissions.rows.tokens import Option, Way
from flows.permissions.rows.vocabulary import Lexicon, marks
from flows.words import fold

_ORDER = tuple(Level)


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelReading:
    """What one row says. `offered` is empty where the row does not show it."""

    offered: tuple[Level, ...] = ()
    level: Level | None = None
    raw: str = ""
    problem: str | None = None


class _Problem(Exception):
    """A row that cannot be believed."""


class _Unknown(_Problem):
    """A word where a level is expected, with where to write it down."""

    def __init__(self, word: str, words: Lexicon) -> None:
        place = f"[levels.{words.language}] of selectors/grids/words.toml"
        super().__init__(
            f"unknown_level: {word!r} is no level we know; if a person says which it is, add it to {place}"
        )


def read_level(options: tuple[Option, ...], words: Lexicon, *, label: str) -> LevelReading:
    """Read one row; a problem is written `code: sentence`."""
    try:
        return _read(options, words, label)
    except _Problem as problem:
        raw = "; ".join(
            " / ".join((*option.own, option.column, option.shows)).strip(" /") for option in options if option.on
        )
        return LevelReading(offered=_offered(options, words, label), raw=raw, problem=str(problem))


def _read(options: tuple[Option, ...], words: Lexicon, label: str) -> LevelReading:
    if not options:
        raise _Problem("unread: the row has no control")
    if any(option.unseen for option in options):
        raise _Problem("unread: the level is written and cannot be seen")
    ways = {option.way for option in options}
    if len(ways) > 1:
        raise _Problem("unread: the row shows its level in several ways")
    if Way.CHOICE in ways:
        if len(options) > 1:
            raise _Problem(f"unread: the row has {len(options)} drop-downs")
        return _read_choice(options[0], words)
    levels = [_level_of(option, words, label) for option in options]
    doubled = [level for level in levels if levels.count(level) > 1]
    if doubled:
        raise _Problem(f"unread: the row offers {doubled[0].value} twice")
    if any(
        option.on is None or any(fold(own) in marks("off" if option.on else "on") for own in option.own)
        for option in options
    ):
        raise _Problem("unread: the state of a control cannot be told")
    chosen = [(level, option) for level, option in zip(levels, options, strict=True) if option.on]
    if len(chosen) != 1:
        raise _Problem("unread: no level is marked" if not chosen else f"unread: {len(chosen)} levels are marked")
    level, option = chosen[0]
    offered = _sorted(levels) if Way.OPTION in ways else _marked(options, levels)
    return LevelReading(offered=offered, level=level, raw=next(iter(option.own), "") or option.column)


def _marked(options: tuple[Option, ...], levels: list[Level]) -> tuple[Level, ...]:
    """What a row of marks offers.

    The cells with a mark, if it marks what is not chosen as well; else that cannot be told: empty.
    """
    shown = [
        level
        for level, option in zip(levels, options, strict=True)
        if fold(option.shows) in (*marks("on"), *marks("off"))
    ]
    return _sorted(shown) if any(not option.on and fold(option.shows) in marks("off") for option in options) else ()


def _level_of(option: Option, words: Lexicon, label: str) -> Level:
    """The level an option stands for, by its own words and its column.

    Both must be known and say the same.
    """
    texts = [
        text
        for text in (
            _without(_without(own, label), option.over)
            for own in option.own
            if fold(own) not in (*marks("on"), *marks("off"))
        )
        if text
    ]
    levels = []
    for text in (*texts, option.column):
        if not text:
            continue
        level = words.level(text)
        if level is None:
            raise _Unknown(text, words)
        levels.append(level)
    if not levels:
        raise _Problem("unknown_level: a control has neither a label nor a column head")
    if len(set(levels)) > 1:
        said = list(dict.fromkeys(repr(text) for text in texts))
        raise _Problem(
            f"unread: a control is called {' and '.join(said)}"
            + (f" and stands under {option.column!r}" if option.column else "")
        )
    return levels[0]


def _without(text: str, label: str) -> str:
    """A control's name without the row's label, which accessible names often repeat."""
    folded, name = fold(text), fold(label)
    if not name or name not in folded or (folded == name and not text):
        return text
    rest = folded.replace(name, " ", 1)
    return (
        rest.strip(" :：-–—,./()")
        .removesuffix(" for")
        .removeprefix("for ")
        .removesuffix(" in")
        .removeprefix("in ")
        .strip(" :：-–—,.()")
    )


def _read_choice(option: Option, words: Lexicon) -> LevelReading:
    levels = []
    for text in option.listed:
        level = words.level(text)
        if level is None:
            raise _Unknown(text, words)
        levels.append(level)
    shown = tuple(dict.fromkeys((*option.chosen, *((option.shows,) if option.shows else ()))))
    chosen = {words.level(text) for text in shown}
    if None in chosen:
        raise _Unknown(next(text for text in shown if words.level(text) is None), words)
    if len(option.chosen) > 1 or len(chosen) != 1:
        raise _Problem(
            "unread: the drop-down shows no level"
            if not chosen
            else f"unread: the drop-down shows {len(chosen)} levels"
        )
    if len(set(levels)) < len(levels):
        raise _Problem("unread: the drop-down offers a level twice")
    (level,) = chosen
    return LevelReading(offered=_sorted(levels), level=level, raw=shown[0])


def _offered(options: tuple[Option, ...], words: Lexicon, label: str) -> tuple[Level, ...]:
    """The levels that could be understood, of a row that as a whole was not."""
    found = []
    for option in options:
        if option.way in (Way.TEXT, Way.MARK):
            continue
        for text in (
            *(_without(_without(own, label), option.over) for own in option.own),
            option.column,
            *option.listed,
        ):
            level = words.level(text) if text else None
            if level is not None:
                found.append(level)
    return _sorted(found)


def _sorted(levels: list[Level | None] | list[Level]) -> tuple[Level, ...]:
    return tuple(level for level in _ORDER if level in levels)
