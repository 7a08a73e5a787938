"""Permission pages made by a server.

Each function is one author's idea of the page, from the form of 2014 to a list of words.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import count

from tests.second_site.permissions.look import Look, document
from tests.second_site.permissions.rows import Row, by_section

MARKS = {
    "image": '<img src="/check.png" alt="Yes" width="12">',
    "text": "&#10003;",
    "drawing": '<svg role="img" aria-label="Granted" width="12" height="12"><path d="M1 6l3 3 7-7" stroke="green" fill="none"/></svg>',
    "icon": '<i class="icon icon-check" aria-hidden="true"></i><span style="position:absolute;left:-9999px">Selected</span>',
}


def oldest_form(rows: Sequence[Row], look: Look) -> str:
    """Tables of one id, "Label:" in bold, radios named by role, values that contradict labels, coupling texts."""
    out = ""
    for section, found in by_section(rows):
        lines = "".join(_oldest_row(row, f"{_slug(row.label)}_role{at}", look) for at, row in enumerate(found))
        table = f'<table id="permissions-table" cellspacing="0" border="0" width="100%">{lines}{look.hook(f"rows of {section}")}</table>'
        out += f"<p><strong>{escape(section)}</strong></p>{table}{look.hook(section)}<hr>"
    save = (
        ""
        if look.own
        else '<input type="image" alt="Continue" name="continue"> <input type="submit" value="Cancel" name="cancel">'
    )
    hidden = '<input type="hidden" name="account_manager_role" value="no_account_manager_role">'
    heading = f"<h1>{'My permissions' if look.own else 'Edit permissions'}</h1><p>{look.user}</p>"
    return document(
        "Seller Central Account Manager",
        f'{heading}<form method="post">{hidden}{out}{look.hook("end")}{save}</form>',
        look,
    )


def _oldest_row(row: Row, role: str, look: Look) -> str:
    cells = ""
    for level, suffix in (("N", "none"), ("V", "view"), ("E", "edit")):
        if level not in row.offered:
            cells += '<td width="20%">&nbsp;</td>'
            continue
        value = (
            f"no_{role}"
            if level == "N"
            else f"{role}_editor"
            if level == "E" and row.label != "Transactions"
            else f"{role}_viewer"
        )
        radio = f'<input type="radio" name="rightMap[{role}]" id="{role}_{suffix}" value="{value}"{_checked(row, level)}{look.off}>'
        cells += (
            f'<td width="20%" nowrap>{radio} <label for="{role}_{suffix}">{escape(look.word(row, level))}</label></td>'
        )
    label = f"<b>{escape(row.label)}:</b>" if row.label else "<b></b>"
    line = f'<tr><td width="40%">{label}<br><span class="tiny">{escape(row.text)}</span></td>{cells}</tr>'
    if row.label == "Fulfillment Reports":
        line += '<tr><td colspan="4"><div class="perm_blurb">Selecting View will turn on: Manage FBA Inventory/Shipments</div></td></tr>'
    return line


def column_buttons(rows: Sequence[Row], look: Look) -> str:
    """Column heads that are buttons; radios without any label; an Admin column."""
    out = ""
    for section, found in by_section(rows):
        heads = "".join(
            f'<th scope="col"><button type="button"{look.off}>{escape(look.words[level])}</button></th>'
            for level in "NVEA"
        )
        lines = ""
        for at, row in enumerate(found):
            cells = "".join(f"<td>{_radio(row, level, _slug(section) + str(at), look)}</td>" for level in "NVEA")
            lines += f'<tr class="{"odd" if at % 2 else "even"}"><td class="lbl">{escape(row.label)}</td>{cells}</tr>'
        table = f"<table><caption>{escape(section)}</caption><thead><tr><th>&#160;</th>{heads}</tr></thead><tbody>{lines}</tbody></table>"
        out += f'<div class="perm-group">{table}{look.hook(section)}</div>'
    save = "" if look.own else "<span class=a-button><input type=submit value=Continue></span>"
    heading = f"<h1>{look.title}</h1><h4>{'Your permissions: ' if look.own else 'Permissions for '}{look.user}</h4>"
    return document(look.title, f'<div class="a-container">{heading}{out}{look.hook("end")}{save}</div>', look)


def _radio(row: Row, level: str, name: str, look: Look) -> str:
    if level not in row.offered:
        return ""
    said = f" {escape(row.word)}" if row.word and level in row.held else ""
    return f'<input type="radio" name="{name}" value="{level}"{_checked(row, level)}{look.off}>{said}'


def one_table(rows: Sequence[Row], look: Look) -> str:
    """A single table, a body a section, the section a row across it, the heads said once."""
    bodies = ""
    for section, found in by_section(rows):
        lines = "".join(_titled_row(row, f"{_slug(section)}-{at}", look) for at, row in enumerate(found))
        bodies += f'<tbody><tr class="grp"><th colspan="4" scope="rowgroup">{escape(section)}</th></tr>{lines}</tbody>'
        bodies += f'<tbody><tr><td colspan="4">{look.hook(section)}</td></tr></tbody>' if look.hook(section) else ""
    heads = "".join(f"<th>{escape(look.words[level])}</th>" for level in "NVE")
    table = f"<table><thead><tr><th>Permission</th>{heads}</tr></thead>{bodies}</table>"
    save = "" if look.own else "<button>Continue</button>"
    return document(
        look.title, f"<main><h1>{look.title}</h1><p>{look.user}</p>{table}{look.hook('end')}{save}</main>", look
    )


def _titled_row(row: Row, name: str, look: Look) -> str:
    cells = "".join(
        f'<td><input type="radio" name="{name}" aria-label="{escape(look.word(row, level))}"{_checked(row, level)}{look.off}></td>'
        if level in row.offered
        else "<td><span>&ndash;</span></td>"
        for level in "NVE"
    )
    return f'<tr><th scope="row">{escape(row.label)}<div class="d">{escape(row.text)}</div></th>{cells}</tr>'


def two_columns(rows: Sequence[Row], look: Look) -> str:
    """The level as a word in the second column."""
    out = ""
    for section, found in by_section(rows):
        lines = "".join(f"<tr><td>{escape(row.label)}</td><td>{look.held(row)}</td></tr>" for row in found)
        out += f'<h3>{escape(section)}</h3><table class="data"><tr><th>Permission</th><th>Access</th></tr>{lines}</table>{look.hook(section)}'
    text = f"<p>You are signed in as {look.user}. These are your current permissions. Ask your administrator to change them.</p>"
    return document(look.title, f"<h1>{look.title}</h1>{text}{look.hook('top')}{out}{look.hook('end')}", look)


def check_marks(rows: Sequence[Row], look: Look, *, mark: str) -> str:
    """A mark stands under the head of the level; the section is the first head."""
    out = ""
    for section, found in by_section(rows):
        heads = "".join(f"<th>{escape(look.words[level])}</th>" for level in "NVE")
        lines = ""
        for row in found:
            cells = "".join(
                f"<td align=center>{MARKS[mark] + escape(row.word) if level in row.held else ''}</td>"
                for level in "NVE"
            )
            lines += f"<tr><td>{escape(row.label)}</td>{cells}</tr>"
        out += f'<table border="1"><tr bgcolor="#ddd"><th align="left">{escape(section)}</th>{heads}</tr>{lines}</table><br>{look.hook(section)}'
    return document(look.title, f"<h2>Your User Permissions</h2><p>{look.user}</p>{out}{look.hook('end')}", look)


def definition_lists(rows: Sequence[Row], look: Look) -> str:
    """A definition list a section, each pair in a box."""
    out = ""
    for section, found in by_section(rows):
        pairs = ""
        for row in found:
            pills = "".join(f"<span class=pill>{escape(look.word(row, level))}</span>" for level in row.held)
            pairs += f'<div class="pair"><dt>{escape(row.label)}</dt><dd>{pills}</dd></div>'
        out += f'<section aria-labelledby="h-{_slug(section)}"><h2 id="h-{_slug(section)}">{escape(section)}</h2><dl>{pairs}</dl>{look.hook(section)}</section>'
    return document(
        "Your permissions",
        f"<main><h1>{look.title}</h1><p>Signed in as <b>{look.user}</b></p>{out}{look.hook('end')}</main>",
        look,
    )


def fieldsets(rows: Sequence[Row], look: Look) -> str:
    """Fieldsets with legends.

    Each row a radio group named by its label; labels around their radios.
    """
    out, numbers = "", count(1)
    for section, found in by_section(rows):
        out += f"<fieldset><legend>{escape(section)}</legend>"
        for row, number in zip(found, numbers, strict=False):
            options = "".join(
                f'<label class="opt"><input type="radio" name="g{number}"{_checked(row, level)}{look.off}><span>{escape(look.word(row, level))}</span></label>'
                for level in row.offered
            )
            name = (
                f'<div class="name" id="p{number}"><strong>{escape(row.label)}</strong><p>{escape(row.text)}</p></div>'
            )
            out += f'<div role="radiogroup" aria-labelledby="p{number}">{name}<div class="opts">{options}</div></div>'
        out += f"{look.hook(section)}</fieldset>"
    save = "" if look.own else "<button type=submit>Save Changes</button>"
    return document(
        "Manage Permissions",
        f"<h1>Manage Permissions</h1><p>User: {look.user}</p><form>{out}{look.hook('end')}{save}</form>",
        look,
    )


def drop_downs(rows: Sequence[Row], look: Look) -> str:
    """A drop-down a row."""
    out, numbers = "", count(1)
    for section, found in by_section(rows):
        lines = ""
        for row, number in zip(found, numbers, strict=False):
            options = "" if len(row.held) == 1 else '<option value="" selected>Select...</option>'
            for level in row.offered:
                options += f'<option value="{level}"{" selected" if level in row.held else ""}>{escape(look.word(row, level))}</option>'
            lines += f'<tr><td><label for="s{number}">{escape(row.label)}</label></td><td><select id="s{number}"{look.off}>{options}</select></td></tr>'
        out += f'<h2 class="sec">{escape(section)}</h2><table class="perm"><tbody>{lines}</tbody></table>{look.hook(section)}'
    save = "" if look.own else "<input type=submit value=Continue>"
    return document(look.title, f"<h1>Edit User Permissions</h1><p>{look.user}</p>{out}{look.hook('end')}{save}", look)


def layout_tables(rows: Sequence[Row], look: Look) -> str:
    """Tables within tables for the layout, the levels of a row in a table of their own, a legend at the side."""
    out, numbers = "", count(1)
    for section, found in by_section(rows):
        lines = ""
        for row, number in zip(found, numbers, strict=False):
            cells = ""
            for level in row.offered:
                radio = f'<input type="radio" id="x{number}{level}" name="x{number}"{_checked(row, level)}{look.off}>'
                word = f'<label for="x{number}{level}"><font size="-1">{escape(look.word(row, level))}</font></label>'
                cells += f"<td><table><tr><td>{radio}</td><td>{word}</td></tr></table></td>"
            label = f'<b>{escape(row.label)}</b><br><font size="-2" color="gray">{escape(row.text)}</font>'
            lines += f'<tr><td valign="top">{label}</td><td><table cellpadding="2"><tr>{cells}</tr></table></td></tr>'
        heading = f'<tr><td bgcolor="#eee"><font size="+1"><b>{escape(section)}</b></font></td></tr>'
        out += f'<tr><td><table width="100%">{heading}<tr><td><table width="100%">{lines}</table>{look.hook(section)}</td></tr></table></td></tr>'
    side = "<b>Access levels</b><br>None: no access. View: the user can see the page. View &amp; Edit: the user can change it."
    save = "" if look.own else "<input type=submit value=Continue>"
    middle = f"<h1>{look.title}</h1><p>{look.user}</p><table>{out}</table>{look.hook('end')}{save}"
    return document(
        look.title,
        f'<table width="960"><tr><td width="160" valign="top">{side}</td><td>{middle}</td></tr></table>',
        look,
    )


def sections_beside(rows: Sequence[Row], look: Look) -> str:
    """One table, in which a section is a cell beside its rows."""
    lines = ""
    for section, found in by_section(rows):
        for at, row in enumerate(found):
            first = "" if at else f'<th rowspan="{len(found)}" scope="rowgroup">{escape(section)}</th>'
            lines += f"<tr>{first}<td>{escape(row.label)}</td><td>{look.held(row, between=', ')}</td></tr>"
    table = f"<table><thead><tr><th>Section</th><th>Permission</th><th>Level</th></tr></thead><tbody>{lines}</tbody></table>"
    return document(look.title, f"<h1>{look.title}</h1><p>{look.user}</p>{table}{look.hook('end')}", look)


def lists(rows: Sequence[Row], look: Look) -> str:
    """Lists; label and level are parts of one item."""
    out = ""
    for section, found in by_section(rows):
        items = "".join(
            f'<li><span class="t">{escape(row.label)}</span> <span class="l">{look.held(row, between=" ")}</span></li>'
            for row in found
        )
        out += f'<div class="box"><div role="heading" aria-level="3">{escape(section)}</div><ul>{items}</ul>{look.hook(section)}</div>'
    return document(
        look.title,
        f'<div role="main"><h1>{look.title}</h1><p>Account: {look.user}</p>{out}{look.hook("end")}</div>',
        look,
    )


def lines_with_colons(rows: Sequence[Row], look: Look) -> str:
    """A line a row: the label in bold with a colon, the level behind it."""
    out = ""
    for section, found in by_section(rows):
        out += f"<h3>{escape(section)}</h3>" + "".join(
            f"<p><strong>{escape(row.label)}:</strong> {look.held(row)}</p>" for row in found
        )
        out += look.hook(section)
    return document(look.title, f"<h1>{look.title}</h1><p>Account: {look.user}</p>{out}{look.hook('end')}", look)


def lines_of_text(rows: Sequence[Row], look: Look) -> str:
    """A line a row, label and level in one text."""
    out = ""
    for section, found in by_section(rows):
        items = "".join(f"<li>{escape(row.label)}: {look.held(row)}</li>" for row in found)
        out += f"<h3>{escape(section)}</h3><ul>{items}</ul>{look.hook(section)}"
    return document(look.title, f"<h1>{look.title}</h1><p>Account: {look.user}</p>{out}{look.hook('end')}", look)


def with_help(rows: Sequence[Row], look: Look) -> str:
    """A legend above; buttons for help in the heads and at the labels."""
    legend = "<aside><h4>What the levels mean</h4><dl>" + "".join(
        f"<dt>{escape(word)}</dt><dd>Text about it.</dd>" for word in look.words.values()
    )
    out = ""
    for section, found in by_section(rows):
        heads = "".join(
            f'<th>{escape(look.words[level])} <button aria-label="About this level">i</button></th>' for level in "NVE"
        )
        lines = ""
        for at, row in enumerate(found):
            label = f'<a href="/help">{escape(row.label)}</a> <span class="badge">New</span> <button aria-label="More information">?</button>'
            cells = "".join(f"<td>{_radio(row, level, f'{_slug(section)}{at}', look)}</td>" for level in "NVE")
            lines += f"<tr><td>{label}</td>{cells}</tr>"
        out += f"<h3>{escape(section)}</h3><table><thead><tr><th>Permission</th>{heads}</tr></thead>{lines}</table>{look.hook(section)}"
    return document(
        look.title, f"<h1>{look.title}</h1><p>{look.user}</p>{legend}</dl></aside>{out}{look.hook('end')}", look
    )


def _checked(row: Row, level: str) -> str:
    return " checked" if level in row.held else ""


def _slug(text: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in text.lower()).strip("_")
