"""The closed vocabulary of the grids: level words, sections, titles, by language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from flows.catalogue.grids import grid_data
from flows.marketplaces import MARKETPLACES
from flows.models import Level
from flows.words import fold, seen

_SIGNS = tuple(":：-–—=|/,;([（→»•·")  # between a name and its level


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """The words of one language, folded, with what they mean."""

    language: str
    levels: dict[str, Level]
    sections: dict[str, str]
    labels: dict[str, str]
    own: frozenset[str]  # the level words that speak for this language

    def level(self, word: str) -> Level | None:
        """The level a word names, if it is one."""
        return self.levels.get(fold(word))

    def section(self, title: str) -> str | None:
        """The section a title names.

        A count or the word (global) behind it does not matter.
        """
        return self.sections.get(fold(bare_title(title))) or self.sections.get(fold(re.sub(r"\s+\d+$", "", title)))

    def label(self, text: str) -> str:
        """The English name of a row.

        Pages mix languages, so an English name on a page in another is one as well.
        """
        return self.labels.get(fold(text)) or clean_label(text)


@cache
def lexicon(language: str) -> Lexicon:
    """The words of one language, before those of every other: pages mix them."""
    data = grid_data("words")
    tables = {kind: [*data[kind].values(), data[kind].get(language, {})] for kind in ("levels", "sections", "labels")}
    levels = {word: level for table in tables["levels"] for word, level in _turned(table).items()}
    own = {**data["levels"]["en"], **data["levels"].get(language, {})}
    return Lexicon(
        language=language,
        levels={word: Level("View & Edit" if level == "Edit" else level) for word, level in levels.items()},
        sections={word: name for table in tables["sections"] for word, name in _turned(table).items()},
        labels={word: name for table in tables["labels"] for word, name in _turned(table).items()},
        own=frozenset(_turned(own)),
    )


def lexicon_for(words: Iterable[str], *, declared: str) -> Lexicon:
    """The language of a page.

    The one it says it is in, or English where that knows more of its level words; another only where
    English knows none.
    """
    used = [lexicon(language) for language in _candidates(declared)]
    folded = [fold(word) for word in words]

    def known(candidate: Lexicon) -> int:
        return sum(word in candidate.own for word in folded)

    best = max(used, key=known)
    if folded and not known(best):
        best = max((lexicon(language) for language in languages()), key=known)
    return best


def _candidates(declared: str) -> tuple[str, ...]:
    primary = declared.replace("_", "-").split("-")[0].lower()
    return (primary, "en") if primary in languages() else ("en",)


@cache
def languages() -> tuple[str, ...]:
    """Every language that the vocabulary knows a word of, English first."""
    data = grid_data("words")
    return tuple(dict.fromkeys(("en", *data["levels"], *data["sections"], *data["labels"])))


@cache
def level_words() -> tuple[str, ...]:
    """Every level word of every language, folded."""
    return tuple(dict.fromkeys(word for language in languages() for word in lexicon(language).levels))


def is_level(text: str) -> bool:
    """Whether a text is a level word of any language."""
    return fold(text) in _levels()


def is_caption(text: str) -> bool:
    """Whether a text says no more than that a level follows."""
    return fold(text) in generic("captions")


def split_level(text: str) -> tuple[str, str]:
    """A line that ends in a level word: what stands before it, and the word.

    The word is written as the vocabulary writes it.
    """
    label, word = _cut_level(text)
    return (label, word) if word and not _cut_level(label)[1] else (text, "")  # several are heads of columns


def level_named(text: str) -> Level | None:
    """The level that a text names, and nothing else."""
    return _levels().get(bare(text))


def bare(text: str) -> str:
    """A text folded, without the signs around it."""
    return re.sub(r"^[\W_]+|[\W_]+$", "", fold(text))


def level_told(text: str) -> Level | None:
    """The level that a text names, or gives to a name: `Payments: None`.

    "Quick view" gives none: between a name and one plain word of a level stands a sign.
    """
    if named := level_named(text):
        return named
    line = re.sub(r"[\W_]+$", "", fold(text))
    for word in sorted(_levels(), key=len, reverse=True):
        if line.endswith(word) and re.search(r"\w", name := line.removesuffix(word)):
            is_plain = " " not in word and _levels()[word] is not Level.NONE
            is_told = name.rstrip().endswith(_SIGNS) or (name.endswith(" ") and not is_plain)
            return _levels()[word] if is_told else None
    return None


def _cut_level(text: str) -> tuple[str, str]:
    word = next((word for word in _written_levels() if text.endswith(word)), "")
    return text.removesuffix(word).rstrip(" :：–—-"), word


@cache
def _written_levels() -> tuple[str, ...]:
    """Level words as they are written, the longest first."""
    written = {word for levels in grid_data("words")["levels"].values() for words in levels.values() for word in words}
    return tuple(sorted(written, key=len, reverse=True))


@cache
def _levels() -> dict[str, Level]:
    """Every level word of every language, folded. No word means two levels."""
    return {word: level for language in languages() for word, level in lexicon(language).levels.items()}


@cache
def marks(kind: str) -> tuple[str, ...]:
    """The marks that say chosen (`on`), not chosen (`off`), not offered (`absent`).

    Folded.
    """
    return tuple(fold(word) for word in grid_data("words")["marks"][kind])


@cache
def generic(name: str) -> frozenset[str]:
    """A list of the page's own phrases, folded."""
    return frozenset(fold(word) for word in grid_data("words")["generic"][name])


def is_language_picker(listed: Sequence[str]) -> bool:
    """Whether everything a drop-down lists is the name of a language."""
    return len(listed) > 1 and all(re.split(r"[\s(\-–]", fold(name))[0] in generic("languages") for name in listed)


def says(kind: str, text: str) -> bool:
    """Whether a text says something of the page itself.

    That it is still `loading`, that there was `trouble`.
    """
    return any(rule.search(text) for rule in _rules(kind))


@cache
def _rules(kind: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(rule, re.IGNORECASE) for rule in grid_data("words")["generic"][kind])


def is_generic(title: str) -> bool:
    """Whether a title is the page's own and names no section."""
    return fold(title) in generic("titles")


def scope_of(title: str) -> str | None:
    """The scope a title names: regional, global or a marketplace code."""
    return _scopes().get(fold(title)) or _scopes().get(fold(re.sub(r"\s*\([A-Z]{2}\)$", "", title.strip())))


def scope_names() -> tuple[str, ...]:
    """Every name of a scope, folded."""
    return tuple(_scopes())


@cache
def _scopes() -> dict[str, str]:
    named = {fold(title): scope for scope, titles in grid_data("words")["scopes"].items() for title in titles}
    for code, marketplace in MARKETPLACES.items():
        domain = marketplace.host.removeprefix("sellercentral.")
        named |= {fold(marketplace.country): code, fold(code): code}
        if domain != marketplace.host:
            named[fold(domain)] = code
    return named


def is_universal(words: Sequence[str]) -> bool:
    """Whether words name the switch that gives everything."""
    return any(fold(word) in generic("universal_admin") or "universal" in fold(word) for word in words)


def is_section(title: str) -> bool:
    """Whether a title names a section in any language."""
    return any(lexicon(language).section(title) for language in languages())


def stated_count(text: str) -> int | None:
    """How many rows a text says there are: "Orders (7)", "62 permissions", "20 of 62"."""
    match = (
        re.search(_COUNTED, text)
        or re.search(r"^\D+\s(\d+)$", text.strip())
        or next(
            (
                found
                for rule in grid_data("words")["generic"]["count"]
                if (found := re.search(rule, text, re.IGNORECASE))
            ),
            None,
        )
    )
    return int(match.group(1)) if match else None


_COUNTED = r"[(\[](\d+)(?: items?| rows?| permissions?)?[)\]]\s*$"
_BEHIND = re.compile(rf"\s*(?:{_COUNTED}|\(global\)\s*$|\d+ (?:permissions|rights|rows)\s*$)", re.IGNORECASE)


_PARTING = frozenset("<>|+=~^→←↑↓↔⇒−∓÷∙⋅∕∣")  # between words, or on a handle


def draws_sign(text: str) -> bool:
    """Whether a text draws something: a mark, a dot, a star.

    And is no blank, dash or bracket.
    """
    drawn = (unicodedata.category(char) in ("So", "Sk", "Sc", "Sm", "Co") and char not in _PARTING for char in text)
    return any(drawn) and fold(text) not in marks("absent")


def bare_title(title: str) -> str:
    """A title without the count or the word (global) behind it."""
    return _BEHIND.sub("", title.strip())


def clean_label(text: str) -> str:
    """A label as the page writes it, without its colon."""
    return " ".join(seen(text).split()).rstrip(":：").strip()


@cache
def legacy_names() -> dict[str, str]:
    """The ids of the oldest form, with the name of the row each belongs to."""
    return dict(grid_data("words")["legacy"])


def _turned(names: dict[str, list[str]]) -> dict[str, str]:
    return {fold(word): name for name, words in names.items() for word in words}
