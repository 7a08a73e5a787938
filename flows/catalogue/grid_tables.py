"""The schemas of the grids' data files, `selectors/grids/`.

What each key is for stands in the files.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from flows.tables import Rules, Table, Text, Texts

Css = Text
Path = Annotated[str, StringConstraints(pattern=r"^[/*]")]
Number = Annotated[int, Field(ge=1)]
Level = Literal["None", "View", "View & Edit", "Edit", "Admin"]
Layout = Literal["classic", "global", "own_view", "unified"]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]


class RowRules(Table):
    """What beside a level takes it back, and what does not."""

    takes_back: Rules
    no: Rules
    words: Number
    unspaced: Number
    in_a_sentence: Number


class NeverRules(Table):
    """What something harmless never says."""

    never: Rules


class NeverWords(Table):
    """Words that something harmless never holds."""

    never: Texts


class FontRules(Table):
    """Fonts in which words are drawn, by the names of their families."""

    known: Rules
    files: tuple[str, ...]
    signs: Rules


class FieldRules(Table):
    """What a field says of itself."""

    more: Rules


class FurnitureTable(Table):
    """`furniture.toml`."""

    naming: Rules
    no_names: Rules
    states: Rules
    texts: Rules
    about: Rules
    tabs: Rules
    forms: Rules
    onward: Rules
    backs: Rules
    presses: Rules
    heads: Rules
    pickers: Rules
    row: RowRules
    field: FieldRules
    font: FontRules
    tour: NeverRules
    chrome: NeverWords


class ListenersTable(Table):
    """`listeners.toml`."""

    calls: Texts
    globals: Texts = ()
    sets: Texts
    known: Texts
    about_rows: Rules = ()


class ProbedPage(Table):
    """A page that a permission opens."""

    path: Path
    permission: Text


class ProbesTable(Table):
    """`probes.toml`."""

    pages: tuple[ProbedPage, ...] = Field(min_length=1)
    shell_text: Number
    middle: Css
    outside: Css


class WaysByWords(Table):
    """The words of ways to a grid."""

    manage: Texts
    global_: Texts = Field(alias="global")
    more: Rules
    harmless: Rules
    users: Rules
    partners: Rules


class WaysByCss(Table):
    """Where ways to a grid stand."""

    link: Css
    row: Css
    group_of_users: Css
    title: Css
    outside: Css
    private: Css


class Walls(Table):
    """What a wall says."""

    longest: Number
    middle: Css
    access_required: Texts
    not_found: Texts


class ReachTable(Table):
    """`reach.toml`."""

    start: tuple[Path, ...] = Field(min_length=1)
    english: Text
    home: tuple[Path, ...] = Field(min_length=1)
    documents: tuple[Path, ...] = Field(min_length=1)
    words: WaysByWords
    css: WaysByCss
    walls: Walls


class ShapesTable(Table):
    """`shapes.toml`."""

    shapes: dict[Layout, tuple[Annotated[str, StringConstraints(pattern="^[0-9a-f]{12}$")], ...]]


class Phrases(Table):
    """The page's own phrases."""

    titles: Texts
    captions: Texts
    universal_admin: Texts
    save: Texts
    consent: Texts
    languages: Texts
    more: Rules
    loading: Rules
    trouble: Rules
    whose: Rules
    filtered: Rules
    next: Texts
    count: Rules


class Marks(Table):
    """Marks of a level under a column's head."""

    on: Texts
    absent: Texts
    off: Texts


class WordsTable(Table):
    """`words.toml`."""

    levels: dict[Language, dict[Level, Texts]]
    sections: dict[Language, dict[Text, Texts]]
    labels: dict[Language, dict[Text, Texts]]
    scopes: dict[Literal["regional", "global"], Texts]
    generic: Phrases
    marks: Marks
    legacy: dict[Text, Text]


class WalkTable(Table):
    """`walk.toml`."""

    skip: Css
    radio: Css
    pressed: Css
    checkbox: Css
    switch: Css
    choice: Css
    hushed: Css
    listed_within: Css
    opens_list: Css
    menu_button: Css
    opened_list: Css
    choice_option: Css
    choice_shown: Css
    other_control: Css
    filter: Css
    row: Css
    cell: Css
    column_head: Css
    term: Css
    table: Css
    group: Css
    title: Css
    strong: Css
    busy: Css
    progress: Css
    busy_look: Css
    dialog: Css
    alert: Css
    trouble: Css
    disabled: Css
    tab: Css
    button: Css
    expander: Css
    expander_not: Css
    hidden_field: Css
    role_name: Css
    main: Css
    pager: Css
    numbered: Css
    known_press: Css
    tour: Css
    scope_choice: Css
    pressable: Css
    acts: Css
    library_row: Css
    library_handle: Css
    focusable: Css
    sign: Css
    roves: Css
    chrome: Css
    consent: Css
    chrome_text: Css
    unspoken: Css
    interactive: Css
    picks: Css
    field: Css
    link: Css
    picture: Css
    frame: Css
    unfolds: Css
    closed_details: Css
    tip: Css
    slides_not_drawn: Css
    trail: Css
    mapped: Css
    ordered: Css
    drawing: Css
    holds_state: Css


GRID_TABLES: Mapping[str, type[Table]] = MappingProxyType(
    {
        "furniture": FurnitureTable,
        "listeners": ListenersTable,
        "probes": ProbesTable,
        "reach": ReachTable,
        "shapes": ShapesTable,
        "walk": WalkTable,
        "words": WordsTable,
    }
)
