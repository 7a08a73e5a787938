"""Sets of words in several languages, and finding them in a page's text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import core_schema

from flows.words import squeeze


class WordSet:
    """Phrases of one meaning, by language."""

    __slots__ = ("by_language", "phrases")

    def __init__(self, by_language: dict[str, tuple[str, ...]]) -> None:
        self.by_language = {language: tuple(squeeze(p) for p in phrases) for language, phrases in by_language.items()}
        self.phrases = tuple(dict.fromkeys(p for phrases in self.by_language.values() for p in phrases))

    def find(self, text: str) -> str | None:
        """Return the first phrase that stands in the (squeezed) text as whole words.

        None when there is none.
        """
        return next((phrase for phrase in self.phrases if _stands_in(phrase, text)), None)

    def languages(self, text: str) -> list[str]:
        """Return the languages of which a phrase stands in the text."""
        return [language for language, phrases in self.by_language.items() if any(_stands_in(p, text) for p in phrases)]

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        table = handler(dict[Annotated[str, "language"], list[str]])
        return core_schema.no_info_after_validator_function(cls._checked, table)

    @classmethod
    def _checked(cls, table: dict[str, list[str]]) -> WordSet:
        if not table or any(not phrases or not all(p.strip() for p in phrases) for phrases in table.values()):
            raise ValueError("words need at least one language, and each language a phrase")
        return cls({language: tuple(phrases) for language, phrases in table.items()})


def merged(sets: Iterable[WordSet]) -> WordSet:
    """Join several sets."""
    joined: dict[str, tuple[str, ...]] = {}
    for words in sets:
        for language, phrases in words.by_language.items():
            joined[language] = joined.get(language, ()) + phrases
    return WordSet(joined)


def _stands_in(phrase: str, text: str) -> bool:
    start = text.find(phrase)
    while start >= 0:
        end = start + len(phrase)
        if _is_edge(text, start - 1, phrase[0]) and _is_edge(text, end, phrase[-1]):
            return True
        start = text.find(phrase, start + 1)
    return False


def _is_edge(text: str, position: int, inner: str) -> bool:
    """Whether a word of the Latin alphabet ends here; other scripts do not part words."""
    if not 0 <= position < len(text) or not _is_latin(inner):
        return True
    return not _is_latin(text[position])


def _is_latin(char: str) -> bool:
    return char.isalnum() and ord(char) < 0x0250
