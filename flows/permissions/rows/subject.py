"""Who a grid is for: the texts that name its user, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from functools import cache

from flows.catalogue.grids import grid_data
from flows.permissions.rows.furniture import matches, naming_rules, rules_of_rows
from flows.permissions.rows.tokens import DomSnapshot, Piece, RowToken, TextToken, Token, Way
from flows.permissions.rows.vocabulary import bare_title, is_level, is_section, lexicon, scope_of
from flows.words import fold

_NEAR = 3  # texts between a name and the address it belongs to
EMAIL = re.compile(r"[\w.+-]{1,256}@[\w-]+(?:\.[\w-]+)+")


def is_naming(text: str) -> bool:
    """Whether a text with an address says no more than whose rights are shown."""
    rest, address = unnamed(text).split(), EMAIL.search(text)
    local = address.group().partition("@")[0].casefold() if address else ""
    if len(rest) > 4 or not all(word[0].isupper() or word.casefold() in local for word in rest):
        return False
    own = re.split(r"[\W\d_]+", local)
    return not _tells_of_rights(" ".join(word for word in rest if word.casefold() not in own))


def is_of_user(text: str, known: Set[str]) -> bool:
    """Whether a text names known addresses, folded, and says nothing else."""
    addresses = [address.casefold() for address in EMAIL.findall(text)]
    return bool(addresses) and all(address in known for address in addresses) and (is_naming(text) or is_about(text))


def is_about(text: str) -> bool:
    return matches("about", EMAIL.sub("@", text))


def names_a_user(text: str) -> bool:
    """Whether a text is an address with no more than words that name a user."""
    return EMAIL.search(text) is not None and not unnamed(text)


def unnamed(text: str) -> str:
    rest = EMAIL.sub(" ", text)
    for words in naming_rules():
        rest = words.sub(" ", rest)
    return re.sub(r"[\W\d_]+", " ", rest).strip()


def naming(snapshot: DomSnapshot, *, titled: bool, own: bool) -> tuple[str, ...]:
    """The addresses in texts above the first row that name whose rights are shown.

    `titled`: only those in headings.

    On the own page the user who is signed in is the subject.
    """
    found: list[str] = []
    for token in snapshot.tokens:
        if isinstance(token, RowToken) and not is_picker(token):
            break
        found += [email for text in _naming_texts(token, titled=titled, own=own) for email in EMAIL.findall(text)]
    return tuple(dict.fromkeys(email.casefold() for email in found))


def _naming_texts(token: Token, *, titled: bool, own: bool) -> tuple[str, ...]:
    match token:
        case TextToken():
            texts: tuple[str, ...] = (token.text,) if token.title or not titled else ()
        case RowToken() if not titled:
            shown = (option.shows or ", ".join(option.chosen) for option in token.options)
            texts = (token.label, *token.described, *token.beside, *shown)
        case _:
            texts = ()
    return tuple(text for text in texts if EMAIL.search(text) and (is_naming(text) or (own and is_about(text))))


def is_navigation(piece: TextToken | Piece, names: Set[str]) -> bool:
    """Whether a text of a navigation finds one's way.

    It is no level and no section, has no other user's address, and says nothing of this page.
    """
    text = piece.text if isinstance(piece, TextToken) else piece.words
    if is_level(text) or (isinstance(piece, TextToken) and is_section(bare_title(text))):
        return False
    others = {address.casefold() for address in EMAIL.findall(text)} - names
    return not others and (bool(piece.way) or not any(rule.search(text) for rule in rules_of_rows()))


def is_picker(token: RowToken) -> bool:
    """A drop-down that lists no level."""
    words = [word for option in token.options for word in (*option.own, *option.listed, option.shows, option.column)]
    return any(option.way is Way.CHOICE for option in token.options) and not any(map(is_level, words))


def is_name(text: str) -> bool:
    """Two to four words with capitals, which say nothing of a state."""
    words = text.split()
    capitals = 2 <= len(words) <= 4 and all(word[0].isupper() for word in words) and text.replace(" ", "").isalpha()
    places = [" ".join(words[at:end]) for at in range(len(words)) for end in range(at + 1, len(words) + 1)]
    return capitals and not any(map(scope_of, places)) and not (_tells_of_rights(text) or _matches("no_names", text))


def _tells_of_rights(text: str) -> bool:
    """Whether words that could be a name tell of a level, a permission or a state."""
    words = fold(text).split()
    places = [" ".join(words[at:end]) for at in range(len(words)) for end in range(at + 1, len(words) + 1)]
    return (
        any(is_level(place) or is_section(place) or place in _permissions() for place in places)
        or any(rule.search(text) for rule in rules_of_rows())
        or _matches("states", text)
    )


def _matches(name: str, text: str) -> bool:
    return any(re.search(rule, text, re.IGNORECASE) for rule in grid_data("furniture")[name])


@cache
def _permissions() -> frozenset[str]:
    return frozenset(fold(label) for label in lexicon("en").labels)


def names_only(text: str, addresses_known: Set[str]) -> bool:
    addresses = [address.casefold() for address in EMAIL.findall(text)]
    return len(addresses) == 1 and addresses[0] in addresses_known and is_naming(text)


def without_names(snapshot: DomSnapshot, known: Set[str], *, nameless: bool) -> Iterable[Token]:
    """The tokens of a page without the person's name beside a known address.

    `known` are the addresses, folded; `nameless`: nothing on the page says whose rights these are, and that is known.
    Where there are two names, which is the person's is not known: none is taken for it.
    """
    names = _names(snapshot, known, nameless)
    only = {token.text for number in names if isinstance(token := snapshot.tokens[number], TextToken)}
    return (token for number, token in enumerate(snapshot.tokens) if len(only) > 1 or number not in names)


def _names(snapshot: DomSnapshot, known: Set[str], nameless: bool) -> list[int]:
    """Tokens above the first row that look like a name beside a known address."""
    found = []
    for number, token in enumerate(snapshot.tokens):
        if isinstance(token, RowToken) and not is_picker(token):
            break
        beside = snapshot.tokens[max(0, number - _NEAR) : number + _NEAR + 1]
        belongs = nameless or any(isinstance(other, TextToken) and names_only(other.text, known) for other in beside)
        if belongs and isinstance(token, TextToken) and _may_name(token):
            found.append(number)
    return found


def _may_name(token: TextToken) -> bool:
    return token.pieces == 1 and not (token.way or token.title) and is_name(token.text)
