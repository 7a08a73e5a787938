"""The catalogue of screens, loaded and checked.

`selectors/*.toml` and `selectors/shared/*.toml`, loaded by path and checked against the
schema.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flows.catalogue.phrases import WordSet
from flows.catalogue.schema import Chrome, Claim, Element, Screen, Shared, Sign
from flows.data_files import selectors_root
from flows.errors import CatalogueError
from flows.tables import check_table, read_table


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """One claim at its place in the order of asking."""

    order: int
    screen: Screen
    claim: Claim


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Catalogue:
    """Everything known of the site's screens."""

    root: Path
    screens: dict[str, Screen]
    shared: Shared
    ranked: tuple[Ranked, ...]  # every claim, in the order of asking
    probes: tuple[str, ...]  # every CSS that a sign asks for
    scripts: tuple[str, ...]  # every piece of inline script that a sign asks for
    adopted: frozenset[str] = frozenset()  # the screens among them that people adopted; asked after all others
    laid: tuple[tuple[str, str, str], ...] = ()  # kind, name and text of each adopted file that is in use
    chrome: tuple[Chrome, ...] = ()  # what people adopted as chrome of permission pages

    def sign(self, screen: Screen, name: str) -> Sign:
        """Find a sign: the screen's own, else the shared one."""
        return screen.signs[name] if name in screen.signs else self.shared.signs[name]

    def words(self, screen: Screen | None, name: str) -> WordSet:
        """Find a set of words: the screen's own, else the shared one."""
        if screen is not None and name in screen.texts:
            return screen.texts[name]
        return self.shared.texts[name]

    def element(self, screen: str, name: str) -> Element:
        """Find an element of a screen.

        Raises:
            CatalogueError: there is no such screen or element.
        """
        try:
            return self.screens[screen].elements[name]
        except KeyError as err:
            raise CatalogueError(f"the catalogue has no element {name!r} on screen {screen!r}") from err


REGISTRATION_FILES = ("registration/*.toml",)  # screens of an ordered registration or rotation
MAIL_CODE_FILES = ("registration/mail_code.toml",)  # where an account's mail codes are answered at sign-in


def load_catalogue(root: Path | None = None, *, also: tuple[str, ...] = ()) -> Catalogue:
    """Load the catalogue; without a path, the installed one.

    `also`: files that only some errands know, as patterns.

    Loaded once for each path and choice.

    Raises:
        CatalogueError: a file is missing or wrong; the message names file and key.
    """
    return _load((root or selectors_root()).resolve(), also)


@cache
def _load(root: Path, also: tuple[str, ...] = ()) -> Catalogue:
    files = sorted(file for pattern in ("*.toml", *also) for file in root.glob(pattern))
    if not files:
        raise CatalogueError(f"{root}: no catalogue files (*.toml) there")
    shared = _load_shared(root / "shared")
    screens: dict[str, Screen] = {}
    for file in files:
        screen = check_table(file.name, read_table(file), Screen)
        if screen.screen != file.stem:
            raise CatalogueError(f"{file.name}: screen: is {screen.screen!r}, expected the file's name {file.stem!r}")
        screens[screen.screen] = screen
    for screen in screens.values():
        check_references(screen, shared, screens)
    _check_shared(shared)
    chrome = [check_table(file.name, read_table(file), Chrome) for file in sorted((root / "chrome").glob("*.toml"))]
    return compile_catalogue(root, screens, shared, chrome=chrome)


def _load_shared(folder: Path) -> Shared:
    """Merge the shared files.

    Tables are joined, a key that stands in two files is an error.
    """
    joined: dict[str, Any] = {}
    for file in sorted(folder.glob("*.toml")):
        for key, value in read_table(file).items():
            if isinstance(value, dict):
                table = joined.setdefault(key, {})
                twice = sorted(set(table).intersection(value))
                table.update(value)
            else:
                twice = [key] if key in joined else []
                joined[key] = value
            if twice:
                raise CatalogueError(f"shared/{file.name}: {key}: {', '.join(twice)} stands in another shared file too")
        check_table(file.name, joined, Shared)
    return check_table(folder.name, joined, Shared)


def check_references(screen: Screen, shared: Shared, screens: Collection[str]) -> None:
    """See that every sign, word, element and screen that a file names is there.

    Raises:
        CatalogueError: one is not.
    """
    known = {
        "sign": {*screen.signs, *shared.signs},
        "words": {*screen.texts, *shared.texts},
        "element": {*screen.elements},
        "screen": {*screens},
    }
    for where, kind, name in _references(screen):
        if name not in known[kind]:
            raise CatalogueError(f"{screen.screen}.toml: {where}: there is no {kind} {name!r}")


def _references(screen: Screen) -> Iterator[tuple[str, str, str]]:
    """Every name a file uses: where it stands, what it should be, the name."""
    for claim in screen.claims:
        for name in (*claim.all, *claim.any, *claim.none):
            yield f"claims.{claim.name}", "sign", name
    for variant, signs in screen.variants.items():
        for name in signs:
            yield f"variants.{variant}", "sign", name
    for key, sign in screen.signs.items():
        for name in sign.words:
            yield f"signs.{key}", "words", name
    for key, element in screen.elements.items():
        for words in (element.avoid, *(candidate.names for candidate in element.candidates)):
            if words:
                yield f"elements.{key}", "words", words
    if screen.handling.element:
        yield "handling.element", "element", screen.handling.element
    for name in screen.handling.expect:
        if name != "*":
            yield "handling.expect", "screen", name


def _check_shared(shared: Shared) -> None:
    for key, sign in shared.signs.items():
        for name in sign.words:
            if name not in shared.texts:
                raise CatalogueError(f"shared: signs.{key}: there is no words {name!r}")
    for alert in shared.alerts:
        if alert.words and alert.words not in shared.texts:
            raise CatalogueError(f"shared: alerts.{alert.name}: there is no words {alert.words!r}")


def compile_catalogue(
    root: Path, screens: dict[str, Screen], shared: Shared, *, last: Collection[str] = (), chrome: Sequence[Chrome] = ()
) -> Catalogue:
    """Bring every claim into the order of asking.

    The screens named in `last` are asked after all others, in the order they come in, whatever their files say.
    """
    shipped = [
        Ranked(order=screen.order if claim.order is None else claim.order, screen=screen, claim=claim)
        for screen in screens.values()
        if screen.screen not in last
        for claim in screen.claims
    ]
    ranked = sorted(shipped, key=lambda entry: entry.order)
    behind = ranked[-1].order + 1 if ranked else 0
    ranked += [
        Ranked(order=behind, screen=screens[name], claim=claim) for name in last for claim in screens[name].claims
    ]
    signs = [*shared.signs.values(), *(sign for screen in screens.values() for sign in screen.signs.values())]
    css = [css for sign in signs for css in sign.css] + [css for alert in shared.alerts for css in alert.ids]
    return Catalogue(
        root=root,
        screens=screens,
        shared=shared,
        ranked=tuple(ranked),
        probes=tuple(dict.fromkeys(css)),
        scripts=tuple(dict.fromkeys(piece for sign in signs for piece in sign.script or ())),
        adopted=frozenset(last),
        chrome=tuple(chrome),
    )
