"""What a code is for, by the words of its mail: `selectors/mail/codes.toml`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from agent.mail.tables import mail_table
from flows import squeeze

NEVER = "never"  # codes that no page of ours asks for
FORM = {
    "senders": [str],
    "more_domains": [str],
    "purposes": [{"name": str, "subject": {str: [str]}, "body": {str: [str]}}],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """One purpose and the phrases, in every known language, that tell it."""

    name: str
    subject: tuple[str, ...]
    body: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeMails:
    """Who sends codes, and what for."""

    senders: tuple[str, ...]
    more_domains: tuple[str, ...]
    purposes: tuple[Purpose, ...]

    def by_subject(self, subject: str) -> set[str]:
        """The purposes a subject names."""
        return {each.name for each in self.purposes if _says(squeeze(subject), each.subject)}

    def by_body(self, text: str) -> set[str]:
        """The purposes a body speaks of."""
        return {each.name for each in self.purposes if _says(squeeze(text), each.body)}


@cache
def code_mails() -> CodeMails:
    """Load the file, once."""
    table = mail_table("codes", FORM)
    return CodeMails(
        senders=tuple(table["senders"]),
        more_domains=tuple(table["more_domains"]),
        purposes=tuple(
            Purpose(name=each["name"], subject=_phrases(each["subject"]), body=_phrases(each["body"]))
            for each in table["purposes"]
        ),
    )


def _phrases(by_language: dict[str, list[str]]) -> tuple[str, ...]:
    return tuple(squeeze(phrase) for phrases in by_language.values() for phrase in phrases)


def _says(text: str, phrases: tuple[str, ...]) -> bool:
    return any(f" {phrase} " in f" {_words(text)} " for phrase in map(_words, phrases))


def _words(text: str) -> str:
    """Letters, digits, hyphens and apostrophes; everything else parts words."""
    return " ".join("".join(char if char.isalnum() or char in "-'" else " " for char in text).split())
