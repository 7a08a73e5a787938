"""Pages that no catalogue file knows: ten that may be passed by, and ten that nobody but a person may pass."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from random import Random


@dataclass(frozen=True, slots=True, kw_only=True)
class Interstitial:
    """One page. `{n}`, `{id}`, `{name}`, `{day}` change with each visit; `press` is what the person presses."""

    name: str
    path: str
    title: str
    body: str
    press: str

    def html(self, seed: int) -> str:
        """Draw the page: other ids, other order of what has none, other numbers, names and dates."""
        drawn = Random(f"{self.name}{seed}")
        name = drawn.choice(["Jane Doe", "Blue Kite Trading", "Müller GmbH", "Ana"])
        extra = [
            f'<p class="c{drawn.randrange(9)}">Case {drawn.randrange(99999)}</p>',
            '<aside><a href="/help/hub">Learn more</a></aside>',
            f'<div id="w{drawn.randrange(10**6)}"></div>',
        ]
        drawn.shuffle(extra)
        body = self.body.format(
            n=drawn.randrange(2, 90),
            id=f"{drawn.choice(['btn', 'cta', 'x'])}-{drawn.randrange(10**6, 10**7)}",
            name=name,
            day=f"{drawn.randrange(1, 28)} {drawn.choice(['March', 'May', 'July'])} 20{drawn.randrange(26, 40)}",
        )
        links = '<a href="/gp/help/conditions">Conditions of Use</a> <a href="/privacy">Privacy Notice</a>'
        inner = [f"<main>{body}</main>", *extra]
        head = f"<!doctype html><html lang=en><head><title>{self.title}</title></head>"
        return f"{head}<body>{''.join(inner)}<footer>{links}</footer></body></html>"


def _load(kind: str) -> tuple[Interstitial, ...]:
    tables = tomllib.loads((Path(__file__).parents[2] / "data" / "interstitials.toml").read_text("utf-8"))
    return tuple(Interstitial(**table) for table in tables[kind])


HARMLESS = _load("harmless")
NOT_OFFERED = _load("not_offered")
