"""The first reading: what a walk through the visible document, in one call, finds."""

from __future__ import annotations

from functools import cache
from typing import Any

from flows.browser.scripts import clock
from flows.catalogue.grids import grid_data
from flows.permissions.rows.numbering import Numbers
from flows.permissions.rows.subject import EMAIL
from flows.permissions.rows.tokens import (
    ColumnsToken,
    DomSnapshot,
    Option,
    Piece,
    PieceKind,
    RowToken,
    SwitchToken,
    TextToken,
    Tip,
    Token,
    Way,
)
from flows.permissions.rows.vocabulary import generic, level_words, marks, says, scope_names
from flows.permissions.scripts import part

_PARTS = (
    "document", "sheets", "on_touch", "kept_back", "quiet_code", "keys", "listeners", "frames", "visible", "options",
    "columns", "rows", "effects", "felt", "told", "inventory", "marks", "fonts", "glyphs", "drawn", "numbers", "said",
    "tips", "tokens",
)  # fmt: skip


def snapshot_of(found: dict[str, Any]) -> DomSnapshot:
    """What the script of the reading found, in our own words."""
    tokens = tuple(_token(item) for item in found["tokens"])
    return DomSnapshot(
        tokens=tokens,
        hidden=tuple(found["hidden"]),
        bare=tuple(found["empty"]),
        busy=found["busy"],
        is_loading=any(isinstance(token, TextToken) and says("loading", token.text) for token in tokens),
        troubles=tuple(found["troubles"]),
        row_counts=tuple(found["stated"]),
        live_buttons=tuple(button["s"] for button in found["buttons"] if not button["off"]),
        shape=tuple(found["shape"]),
        language=found["language"],
        title=found["title"],
        emails=_emails(tokens),
        titled_emails=_emails(tokens, titled=True),
        moment=tuple(found["moment"]),
        numbers=tuple(_numbers(item) for item in found["numbered"]),
        left=tuple(_piece(item) for item in found["left"]),
    )


def asked_of_reading() -> dict[str, Any]:
    """What the script of the reading is asked.

    With `unless`, it finds nothing at that moment of the page's clock.
    """
    return {
        "css": grid_data("walk"),
        "words": level_words(),
        "places": scope_names(),
        "on": marks("on"),
        "off": (*marks("off"), *marks("absent")),
        "languages": sorted(generic("languages")),
        "captions": sorted(generic("captions")),
        "permission_paths": grid_data("reach")["home"],
        "starts": grid_data("reach")["start"],
        "harmless_calls": grid_data("listeners")["calls"],
        "harmless_globals": grid_data("listeners")["globals"],
        "harmless_sets": grid_data("listeners")["sets"],
        "known_listeners": grid_data("listeners")["known"],
        "known_fonts": grid_data("furniture")["font"]["known"],
        "known_font_files": grid_data("furniture")["font"]["files"],
        "sign_fonts": grid_data("furniture")["font"]["signs"],
        "about_rows": [
            *grid_data("furniture")["row"]["takes_back"],
            *grid_data("furniture")["tour"]["never"],
            *grid_data("words")["generic"]["trouble"],
        ],
    }


@cache
def reading_script(*, explains: bool = False) -> str:
    """The parts of the reading, which share one scope, in their order."""
    names = (*_PARTS[:-1], "explain", _PARTS[-1]) if explains else _PARTS
    parts = "\n".join(map(part, names))
    names_asked = ", ".join(asked_of_reading())
    unchanged = (
        'if (asked.unless && String(globalThis[Symbol.for("rest")].seen().moment) === String(asked.unless)) return null'
    )
    before = f"{clock()}; {unchanged}; {part('lists')}; const {{ {names_asked}, row, explain }} = asked"
    return f"(asked) => {{ {before};\n{parts}\nreturn answer();\n}}"


def _token(item: dict[str, Any]) -> Token:
    match item["t"]:
        case "row":
            options = tuple(_option(option) for option in item["options"])
            names, called = tuple(item["names"]), tuple(item["called"])
            return RowToken(
                label=item["label"],
                more=item["more"],
                titled=item["title"],
                names=names,
                called=called,
                options=options,
                described=tuple(item["described"]),
                beside=tuple(item["beside"]),
                astray=tuple(item["astray"]),
                asides=tuple(item["asides"]),
                struck=item["struck"],
                opens=item["opens"],
                hints=tuple(item["hints"]),
                tips=_tips(item),
                states=tuple(item["states"]),
                looks=tuple(item["looks"]),
            )
        case "columns":
            return ColumnsToken(parts=tuple(item["parts"]))
        case "switch" | "head":
            return SwitchToken(
                own=tuple(item["own"]), on=item["on"], locked=item.get("off", True), head=item["t"] == "head"
            )
        case _:
            return TextToken(
                text=item["s"],
                title=item["title"],
                strong=item["strong"],
                button=item["button"],
                tab=item["tab"],
                alone=item["alone"],
                head=item["head"],
                pressed=item["pressed"],
                way=item["way"],
                heard=item["heard"],
                above=item["above"],
                fold=item["fold"],
                pieces=item["pieces"],
                signed=item["signed"],
                led=item["led"],
                locked=item["off"],
                still=item["still"],
                chrome=item["chrome"],
                alert=item["alert"],
                where=item["where"],
            )


def _numbers(item: dict[str, Any]) -> Numbers:
    return Numbers(
        where=item["list"], at=frozenset(item["at"]), size=item["size"], heads=item["heads"], count=item["count"]
    )


def _option(item: dict[str, Any]) -> Option:
    way = next((way for way in (Way.CHOICE, Way.TEXT, Way.MARK) if item.get(way.value)), Way.OPTION)
    return Option(
        way=way,
        own=tuple(item["own"]),
        column=item["column"],
        over=item["over"],
        look=item.get("look", 0),
        on=item["on"],
        locked=item["off"],
        unseen=item.get("unseen", False),
        listed=tuple(item.get("list", ())),
        chosen=tuple(item.get("chosen", ())),
        shows=item.get("shows", ""),
        tips=_tips(item),
    )


def _tips(item: dict[str, Any]) -> tuple[Tip, ...]:
    return tuple(Tip(said=tip["said"], words=tip["words"]) for tip in item["tips"])


def _piece(item: dict[str, Any]) -> Piece:
    return Piece(
        kind=PieceKind(item["kind"]),
        words=item["words"],
        where=item["where"],
        role=item.get("role", ""),
        value=item.get("value", ""),
        shows=item.get("shows", ""),
        listed=tuple(item.get("list", ())),
        texts=tuple(item.get("texts", ())),
        way=item.get("way", ""),
        heard=item.get("heard", False),
        above=item.get("above", False),
        fold=item.get("fold", ""),
        locked=item.get("off", False),
        in_row=item.get("row", False),
        in_head=item.get("head", False),
        still=item.get("still", False),
        chrome=item.get("chrome", False),
        filter=item.get("filter", False),
        tip=item.get("tip", False),
        controls=item.get("controls", 0),
        stateful=item.get("stateful", 0),
        hushed=item.get("hushed", False),
    )


def _emails(tokens: tuple[Token, ...], *, titled: bool = False) -> tuple[str, ...]:
    texts = [token for token in tokens if isinstance(token, TextToken) and (token.title or not titled)]
    return tuple(dict.fromkeys(address.casefold() for token in texts for address in EMAIL.findall(token.text)))
