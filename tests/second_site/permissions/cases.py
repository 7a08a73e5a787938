"""Every page with what must come of it.

Whole ones are read exactly, broken ones never pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from tests.second_site.permissions import server_pages as made
from tests.second_site.permissions.apps import application
from tests.second_site.permissions.look import WORDS, Look
from tests.second_site.permissions.rows import CLASSIC, UNIFIED, Row, altered, long_list, told_by_word, with_admin

Author = Callable[[Sequence[Row], Look], str]
OLD, NEW = "/gp/account-manager/home.html", "/account/permissions#/user-management/users"


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """One author's page. `by_word`: it shows the held level alone.

    `exclusive`: radios that cannot show two levels.
    """

    author: Author
    rows: tuple[Row, ...]
    words: str = "en"
    own: bool = True
    by_word: bool = False
    exclusive: bool = False
    sectioned: bool = True  # something can be put into a section
    wordless: bool = False  # levels are column heads alone, so one row cannot have a word of its own
    path: str = OLD

    def page(self, rows: Sequence[Row], *, over: str = "", **hooks: str) -> str:
        return self.author(rows, Look(own=self.own, words=WORDS[self.words], hooks=hooks, over=over))


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One page and the verdicts that are right.

    `rows` are those of a page that is whole.
    """

    html: str
    verdicts: frozenset[str]
    own: bool = True
    path: str = OLD
    rows: tuple[Row, ...] = field(default=())
    by_word: bool = False


def _old(author: Author, **more: object) -> Style:
    return Style(author=author, rows=CLASSIC, **more)  # type: ignore[arg-type]  # the fields of a style


def _new(name: str, rows: tuple[Row, ...] = UNIFIED, *, delay: int = 400, **more: object) -> Style:
    author, words = partial(application, name, delay=delay), str(more.pop("words", "new"))
    return Style(author=author, rows=rows, words=words, path=NEW, **more)  # type: ignore[arg-type]  # its fields


_ADMIN, _TOLD = with_admin(UNIFIED), told_by_word(UNIFIED)
STYLES: dict[str, Style] = {
    "oldest form": _old(made.oldest_form, own=False, exclusive=True),
    "oldest form, own": _old(made.oldest_form, exclusive=True),
    "column buttons": replace(_old(made.column_buttons, own=False, exclusive=True), rows=with_admin(CLASSIC)),
    "column buttons, own": replace(_old(made.column_buttons, exclusive=True), rows=with_admin(CLASSIC)),
    "one table": _old(made.one_table, own=False, exclusive=True),
    "one table, own": _old(made.one_table, exclusive=True),
    "two columns": _old(made.two_columns, by_word=True),
    "two columns, View only": _old(made.two_columns, by_word=True, words="only"),
    **{f"check marks, {mark}": _old(partial(made.check_marks, mark=mark), by_word=True) for mark in made.MARKS},
    "definition lists": _old(made.definition_lists, by_word=True),
    "fieldsets": _old(made.fieldsets, own=False, exclusive=True),
    "fieldsets, own": _old(made.fieldsets, exclusive=True, words="only"),
    "drop-downs": _old(made.drop_downs, own=False, exclusive=True),
    "drop-downs, own": _old(made.drop_downs, exclusive=True),
    "layout tables": _old(made.layout_tables, own=False, exclusive=True),
    "layout tables, own": _old(made.layout_tables, exclusive=True),
    "sections beside": _old(made.sections_beside, by_word=True, sectioned=False),
    "lists": _old(made.lists, by_word=True),
    "lines with colons": _old(made.lines_with_colons, by_word=True),
    "lines of text": _old(made.lines_of_text, by_word=True),
    "with help": _old(made.with_help, exclusive=True),
    "one at a time": _new("one_at_a_time", _TOLD, by_word=True),
    "kat in shadow": _new("kat_shadow", _ADMIN, own=False),
    "kat in shadow, own": _new("kat_shadow", _ADMIN),
    "rows in shadow": _new("rows_in_shadow", _ADMIN, own=False, exclusive=True, delay=900),
    "rows in shadow, own": _new("rows_in_shadow", exclusive=True, delay=900),
    "accordion": _new("accordion", _ADMIN, own=False, exclusive=True),
    "accordion, own": _new("accordion", exclusive=True),
    "details": _new("details_own", _TOLD, by_word=True),
    "virtual list": _new("virtual_box", _ADMIN, own=False, sectioned=False, wordless=True),
    "virtual list, own": _new("virtual_box", long_list(UNIFIED, count=90), sectioned=False, wordless=True),
    "endless window": _new("endless_window", long_list(_TOLD, count=90), by_word=True, sectioned=False),
    "segments": _new("segmented", _ADMIN, own=False),
    "segments, own": _new("segmented"),
    "kat drop-downs": _new("kat_dropdowns", _ADMIN, own=False),
    "kat drop-downs, own": _new("kat_dropdowns"),
    "kat expanders": _new("kat_text_own", _TOLD, by_word=True),
    "list items": _new("tree_items", _TOLD, by_word=True, words="only"),
    "late table": _new("fetch_late", _ADMIN, own=False, exclusive=True, wordless=True),
    "late table, own": _new("fetch_late", exclusive=True, wordless=True),
    "tabs": _new("tabs_by_section", _TOLD, by_word=True, sectioned=False),
    "universal switch": _new("universal", _ADMIN, own=False, exclusive=True),
    "universal switch, own": _new("universal", exclusive=True),
}
PAGED = _new("pages_of_20", _TOLD, by_word=True)
TOUR = '<div class="react-joyride__tooltip" role="alertdialog" style="position:fixed;right:10px;bottom:10px;background:#fff"><p>Take a tour of the new page</p><button data-action="skip">Skip</button></div>'
EXPIRED = '<div role="dialog" aria-modal="true" style="position:fixed;inset:0;background:#fff;z-index:99"><h2>Your session has expired</h2><p>Please sign in again to continue.</p><button>Sign in</button></div>'
HALTS = {
    "an error": '<div class="a-alert" role="alert"><h4>There was a problem</h4><p>Some permissions could not be loaded. Try again later.</p></div>',
    "a kat error": '<kat-alert variant="danger" header="Hm" description="We could not load this section."></kat-alert>',
    "a spinner": '<div class="loading" role="progressbar" aria-busy="true" aria-label="Loading"><span class="spinner"></span></div>',
    "a text that it loads": '<p class="ld">Loading permissions&hellip;</p>',
    "a skeleton": '<div class="skeleton"><div class="skeleton-line" style="height:12px;background:#eee"></div></div>',
    "a count": '<p class="count">Showing 20 of 45 permissions</p>',
    "more to show": '<a href="#more" role="button">Show 25 more permissions</a>',
    "a role above the rows": '<p class="role">Role: Permissions manager</p>',
    "a pager": '<nav class="pager"><span>Page 1 of 3</span> <a href="?page=2">Next &gt;</a></nav>',
}


def whole_pages() -> Iterator[tuple[str, Case]]:
    """Pages with nothing wrong but, in some, a level."""
    for name, style in STYLES.items():
        rows = style.rows
        for what, shown, verdict in (
            ("as ordered", rows, "pass"),
            ("a shortfall", altered(rows, "Manage Orders", held="V"), "fail"),
            ("an excess", altered(rows, "User Permissions", held="E"), "fail"),
            ("agreements", altered(rows, "Agreements/Amendments", held="E"), "fail"),
            ("all None", tuple(replace(row, held="N") for row in rows), "fail"),
        ):
            # where only the level held is shown, None may be all that is offered
            verdicts = frozenset({verdict, "incomplete"} if style.by_word and what == "all None" else {verdict})
            yield (
                f"{name}: {what}",
                Case(
                    html=style.page(shown),
                    verdicts=verdicts,
                    own=style.own,
                    path=style.path,
                    rows=shown,
                    by_word=style.by_word,
                ),
            )
        yield (
            f"{name}: under a tour",
            Case(
                html=style.page(rows, over=TOUR),
                verdicts=frozenset({"pass"}),
                own=style.own,
                path=style.path,
                rows=rows,
                by_word=style.by_word,
            ),
        )


def broken_pages() -> Iterator[tuple[str, Case]]:
    """Pages that hold something back: none of them may pass."""
    for name, style in STYLES.items():
        for what, html in _broken(style):
            # A word that is no level stands for the whole row, so it may be judged; of anything else nothing is known.
            verdicts = {"incomplete", "fail"} if "word" in what else {"incomplete"}
            yield f"{name}: {what}", Case(html=html, verdicts=frozenset(verdicts), own=style.own, path=style.path)
    yield "pages of 20", Case(html=PAGED.page(PAGED.rows), verdicts=frozenset({"incomplete"}), path=NEW)
    for what, switches in (
        ("fetch_late", {"FROZEN": True}),
        ("virtual_box", {"STOP": 40}),
        ("endless_window", {"STUCK": True}),
    ):
        html = application(what, long_list(_TOLD, count=90), Look(own=True, words=WORDS["new"]), **switches)
        yield f"{what}: stops half-way", Case(html=html, verdicts=frozenset({"incomplete"}), path=NEW)


def _broken(style: Style) -> Iterator[tuple[str, str]]:
    rows = style.rows
    yield "no level", style.page(altered(rows, "Feedback", held=""))
    if not style.exclusive:
        yield "two levels", style.page(altered(rows, "Feedback", held="VE"))
    if not style.wordless:
        yield "an unknown word", style.page(altered(rows, "Transactions", word="Full control"))
        yield "an unknown word at User Permissions", style.page(altered(rows, "User Permissions", word="Limited"))
    yield "no label", style.page(altered(rows, "Gift Options", label=""))
    yield "no Agreements/Amendments", style.page([row for row in rows if row.label != "Agreements/Amendments"])
    yield "no Settings", style.page([row for row in rows if row.section != "Settings"])
    yield "an expired session over it", style.page(rows, over=EXPIRED)
    for halt, markup in HALTS.items():
        if style.sectioned:
            yield f"{halt} in a section", style.page(rows, Reports=markup)
        yield f"{halt} at the end", style.page(rows, end=markup)


TRANSLATED = {
    "zh": {
        "Settings": "设置",
        "Inventory": "库存",
        "Orders": "订单",
        "Reports": "数据报告",
        "Advertising": "广告",
        "User Permissions": "用户权限",
    },
    "de": {"Settings": "Einstellungen", "Inventory": "Lagerbestand", "User Permissions": "Benutzerberechtigungen"},
    "ja": {"Settings": "設定", "Reports": "レポート", "User Permissions": "ユーザー権限"},
    "it": {
        "Settings": "impostazioni",
        "Inventory": "Inventario",
        "Orders": "Ordini",
        "User Permissions": "Autorizzazioni utente",
    },
}


def translated_pages() -> Iterator[tuple[str, Case]]:
    """Pages in the languages of the facts.

    Where a level's word has no source (None outside Chinese, Admin anywhere), they may be incomplete.
    """
    for language, names in TRANSLATED.items():
        for what, rows, verdict in (
            ("as ordered", CLASSIC, "pass"),
            ("an excess", altered(CLASSIC, "User Permissions", held="E"), "fail"),
            ("an unknown word", altered(CLASSIC, "Payments", word="限定"), "incomplete"),
        ):
            shown = [
                replace(row, section=names.get(row.section, row.section), label=names.get(row.label, row.label))
                for row in rows
            ]
            look = Look(own=True, words=WORDS[language], language=language, title=names["User Permissions"])
            for author in (made.two_columns, made.column_buttons):
                is_sourced = language == "zh" and author is made.two_columns  # the other one has a column for Admin
                doubt = set() if is_sourced else {"incomplete"}
                yield (
                    f"{language}, {author.__name__}: {what}",
                    Case(html=author(shown, look), verdicts=frozenset({verdict, *doubt})),
                )
