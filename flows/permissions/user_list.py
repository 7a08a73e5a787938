"""The list of users on a permission page: where links of a row lead."""

from __future__ import annotations

import re
from typing import Any

from flows.catalogue.grids import grid_data
from flows.permissions.page_reader import PageReader
from flows.permissions.scripts import script
from flows.visit.page_acts import Handle


async def links_to_rights(page: PageReader, subject: str) -> list[Handle]:
    """The links of the subject's row that manage its permissions, the best first."""
    return await _find(page, "row", subject=subject, words=grid_data("reach")["words"]["manage"])


async def links_called(page: PageReader, subject: str, name: str) -> list[Handle]:
    """The links of the subject's row that have this name."""
    return await _find(page, "way", subject=subject, words=[], way=name)


async def links_to_other_half(page: PageReader, subject: str) -> list[Handle]:
    """The links of a page that lead to Global User Permissions."""
    return await _find(page, "words", subject=subject, words=grid_data("reach")["words"]["global"])


async def ways_in_row(page: PageReader, subject: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of the links of the subject's row besides the best one.

    Those that lead to rights, and unknown ones.
    """
    words = grid_data("reach")["words"]
    manage = [word.lower() for word in words["manage"]]
    found = await page.value(script("reach"), asked_of_list("ways", subject, words["manage"]))
    names = list(dict.fromkeys(str(item["name"]) for item in found or ()))
    best = min(
        (name for name in names if name.lower() in manage), key=lambda name: manage.index(name.lower()), default=""
    )
    rest = [name for name in names if name != best and not _is_one_of(words["harmless"], name)]
    rights = tuple(name for name in rest if _is_one_of(words["more"], name))
    return rights, tuple(name for name in rest if name not in rights and name.lower() not in manage)


async def names_subject(page: PageReader, subject: str) -> bool:
    """Whether a table of users names the subject.

    Then its links are only not drawn yet.
    """
    return bool(await page.value(script("reach"), asked_of_list("named", subject, [])) > 1)


def asked_of_list(what: str, subject: str, words: list[str]) -> dict[str, Any]:
    """What the script that finds a user's row is asked: `links`, `ways`, `named`."""
    return {
        "css": grid_data("reach")["css"],
        "what": what,
        "email": subject.casefold(),
        "words": [word.lower() for word in words],
        "partners": grid_data("reach")["words"]["partners"],
        "users": grid_data("reach")["words"]["users"],
    }


async def _find(page: PageReader, what: str, *, subject: str, words: list[str], way: str = "") -> list[Handle]:
    return await page.elements(script("reach"), {**asked_of_list(what, subject, words), "way": way})


def _is_one_of(rules: list[str], name: str) -> bool:
    return any(re.search(rule, name, re.IGNORECASE) for rule in rules)
