"""Writing a catalogue file for a page that a person passed.

Claims on what stays, candidates most stable first; pure.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from urllib.parse import urlsplit

from flows.catalogue.adopted import ADOPTED_PREFIX, EXCLUDED, quoted
from flows.catalogue.load import Catalogue
from flows.learning.page_facts import PageFacts, PressedControl
from flows.takeover.person_steps import ControlCandidate, ControlWay, PersonStep
from flows.words import squeeze

_MOST_PHRASES = 8
_LONGEST = 12  # words of a phrase
_ENDS = re.compile(r"[.,;:!?()\[\]{}\"“”„«»|/•·–—…。、，；：！？（）「」]+")
_CHANGES = re.compile(r"[\d@#$€£¥%…<>«»]")
_DRAWN = re.compile(r"…|\d{3,}|[0-9a-f]{8,}|^[A-Z0-9]{8,}$")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LEAST_CJK = 4  # characters
_LEAST_WORDS = 2
_OWN_ID = re.compile(r"^[A-Za-z][A-Za-z_-]{2,}(\d{0,2})$")
_SITE = frozenset({"amazon", "seller central", "amazon seller central", "amazon.com"})


def screen_name(step: PersonStep, facts: PageFacts) -> str:
    """A name for the screen: what it says, and a part of a hash of it."""
    words = re.findall(r"[a-z]+", " ".join(facts.headings[:1] or (facts.title.lower(),)))[:4] or ["screen"]
    told = "\n".join([urlsplit(step.before.url).path, *phrases(facts), facts.pressed.name if facts.pressed else ""])
    return f"{ADOPTED_PREFIX}{'_'.join(words)[:40].strip('_')}_{hashlib.sha256(told.encode()).hexdigest()[:8]}"


def screen_text(
    name: str, step: PersonStep, facts: PageFacts, catalogue: Catalogue, *, seen_on: date, source: str
) -> str:
    """Write the file; empty where the page says too little that stays."""
    pressed, said = facts.pressed, phrases(facts)
    if pressed is None or not said:
        return ""
    none = list(EXCLUDED) + ([] if {"radio", "select"} & set(facts.fields) else ["offers_choices"])
    host_path = urlsplit(step.before.url).path or "/"
    heading = next((f"says_{at}" for at, phrase in enumerate(said) if any(phrase in h for h in facts.headings)), None)
    claims = [_claim("address_and_words", ["control", "path"], said, share=0.5, none=none)]
    if heading is not None and len(said) > 2:
        claims.append(_claim("words", ["control", heading], said, share=0.75, none=none))
    lines = [
        f"screen = {quoted(name)}",
        "order = 9000",
        f"summary = {quoted(_summary(step, pressed))}",
        f"source = {quoted(source)}",
        'session = "cannot_tell"',
        f"last_verified = {seen_on.isoformat()}",
        "",
        "[handling]",
        'kind = "press"',
        'element = "control"',
        "at_most = 1",
        "",
        "[signs]",
        f"path = {{ path = {quoted(path_pattern(host_path))} }}",
        'control = { button = "control" }',
        *(f'says_{at} = {{ text = "says_{at}" }}' for at in range(len(said))),
        "",
        *claims,
        "[elements.control]",
        "candidates = [",
        *(f"  {{ {way}, names = {quoted('control')} }}," for way in candidates(step.control.candidates, pressed)),
        "]",
        "",
        "[texts.control]",
        f"en = [{quoted(pressed.name)}]",
        "",
    ]
    for at, phrase in enumerate(said):
        lines += [f"[texts.says_{at}]", f"en = [{quoted(phrase)}]", ""]
    return "\n".join(lines)


def _claim(name: str, needs: list[str], said: list[str], *, share: float, none: list[str]) -> str:
    most = max(1, math.ceil(len(said) * share))
    listed = ", ".join(f'"says_{at}"' for at in range(len(said)))
    return "\n".join(
        [
            "[[claims]]",
            f'name = "{name}"',
            f"all = [{', '.join(quoted(one) for one in needs)}]",
            f"any = [{listed}]",
            f"at_least = {most}",
            f"none = [{', '.join(quoted(one) for one in none)}]",
            "",
        ]
    )


def _summary(step: PersonStep, pressed: PressedControl) -> str:
    return f"Passed by a person, who pressed {pressed.name!r} at {urlsplit(step.before.url).path or '/'}."


def path_pattern(path: str) -> str:
    """A pattern of a path whose drawn parts may change: numbers, identifiers."""
    parts = ["[^/]+" if _DRAWN.search(part) else re.escape(part) for part in path.rstrip("/").split("/")]
    return "^" + "/".join(parts) + "/?$"


def candidates(seen: Iterable[ControlCandidate], pressed: PressedControl) -> Iterator[str]:
    """How the control is found again, most stable first; each also by its name."""
    for one in seen:
        if one.css and one.seen == 1 and one.way is not ControlWay.TEXT and not _is_drawn(one):
            yield f"css = {quoted(one.css)}"
    yield f"role = {quoted('link' if pressed.is_link else 'button')}"


def _is_drawn(one: ControlCandidate) -> bool:
    """An id that a library made up: the next page has another."""
    return one.way is ControlWay.ID and not _OWN_ID.match((one.css or "").rpartition("#")[2].replace("\\", ""))


def phrases(facts: PageFacts) -> list[str]:
    """What the page says that will stay.

    Headings first, parts that hold numbers, addresses or names left out.
    """
    headings = set(facts.headings)
    ordered = sorted(facts.lines, key=lambda line: squeeze(line) not in headings)
    found: dict[str, None] = {}
    for line in ordered:
        for piece in _pieces(line):
            words = squeeze(piece)
            if words not in _SITE and _is_enough(words) and words in facts.text:
                found[words] = None
    return list(found)[:_MOST_PHRASES]


def _pieces(line: str) -> Iterator[str]:
    for sentence in _ENDS.split(line):
        words = sentence.split()
        if not words:
            continue
        capitals = sum(word[:1].isupper() for word in words[1:])
        is_title = capitals * 2 > len(words) - 1
        kept = [(word, not _changes(word, is_first=at == 0 or is_title)) for at, word in enumerate(words)]
        for stays, group in groupby(kept, key=lambda pair: pair[1]):
            if stays:
                yield " ".join([word for word, _ in group][:_LONGEST])


def _changes(word: str, *, is_first: bool) -> bool:
    """Whether a word is likely another one the next time.

    A number, an address, a name in the middle of a sentence.
    """
    return bool(_CHANGES.search(word)) or (not is_first and word[:1].isupper())


def _is_enough(words: str) -> bool:
    return len(words.split()) >= _LEAST_WORDS or len(_CJK.findall(words)) >= _LEAST_CJK
