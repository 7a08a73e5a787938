"""However much there is, all of it is looked at: what comes last counts as what comes first."""

from __future__ import annotations

import pytest

from tests.support.lies.rig import LyingRig
from tests.support.lies.whole import whole_page

pytestmark = pytest.mark.asyncio(loop_scope="session")
MANY = "".join(f"<p>Read more {at}</p>" for at in range(120))
ROW = "<tr><td>Payments</td><td>None</td></tr>"
LEFT = "position:absolute;left:-9999px;width:400px"
LONG = "View & Edit " * 40
HELD_BACK = {
    "a hidden part": f"<div hidden>{MANY}<p>Payments: None</p></div>",
    "a part left of the page": f"<div style='{LEFT}'>{MANY}<table>{ROW}</table></div>",
    "what a style sheet writes": f"<style>.x::after{{content:'{LONG} Payments: None'}}</style><p class='x'></p>",
    "a long suggestion": "<input list='l' placeholder='Search'><datalist id='l'>"
    + "<option value='Manage Orders'>" * 300
    + "<option value='Payments for a friend'></datalist>",
    "an address behind another": "<style>.x::after{content:'agent@users.example"
    + " agent@users.example" * 14
    + " other@users.example'}</style><p class='x'></p>",
    "a long title": f"<p title='{LONG} 3 permissions are hidden for other@users.example'>Orders</p>",
}


@pytest.mark.parametrize("held", HELD_BACK)
async def test_what_stands_at_the_end_is_no_pass(stage: LyingRig, held: str) -> None:
    judged = await stage.judge(whole_page(HELD_BACK[held]))
    assert judged.verdict == "incomplete", str(judged)


SHOWS = "document.querySelector('main').insertAdjacentHTML('beforeend', '<p>Payments: None</p>')"
MANY_KEYS = " || ".join(f'e.key === "{chr(97 + at % 26)}{at}"' for at in range(60))
ASKED_FOR = {
    "the last of many": f'{MANY_KEYS} || e.key === "k"',
    "a long name": 'e.key === "BrowserFavorites"',
    "the number first": "75 === e.keyCode",
    "no other number": "!(e.keyCode !== 75)",
    "a number, else nothing": "e.which == 75",
    "a code": 'e.code === "KeyK"',
    "a code and a key": 'e.code === "Slash" && e.key === "?"',
    "a key and a number": 'e.key === "ö" && e.keyCode === 192',
    "a quotation mark": 'e.key === "\'"',
    "one of a list": '["j", "k"].includes(e.key)',
    "one of a list of codes": '["KeyJ", "KeyK"].includes(e.code)',
    "written by its number": 'e.key === "\\x6b"',
    "written with a variable": "e.key === `${letter}`",
    "a function key": "e.keyCode === 113",
    "a point": 'e.key === "."',
    "a key of many, a code of many": "(" + MANY_KEYS + ") && (" + MANY_KEYS.replace(".key", ".code") + ")",
    "a button's key": "13 === e.keyCode",
}


@pytest.mark.parametrize("on", ["keydown", "keyup", "keypress"])
@pytest.mark.parametrize("asked", ASKED_FOR)
async def test_a_key_that_brings_rows_is_no_pass(stage: LyingRig, asked: str, on: str) -> None:
    script = f"let letter = 'k'; document.addEventListener('{on}', (e) => {{ if ({ASKED_FOR[asked]}) {{ {SHOWS} }} }})"
    judged = await stage.judge(whole_page(f"<script>{script}</script>"))
    assert judged.verdict != "pass", str(judged)


TURNED = "turn()"
GROWS = SHOWS.replace("<p>", "<p id=p>")
TURN = f"const turn = () => {{ const p = document.querySelector('#p'); if (p) p.remove(); else {GROWS} }}"
TURNS = {
    "one of two keys": f"if (e.key === 'j') {{ {TURNED} }} if (e.key === 'k') {{ document.body.append('') }}",
    "a key, beside a code": f"if (e.key === 'j') {{ {TURNED} }} if (e.code === 'KeyK') {{ document.body.append('') }}",
    "a key by two names": f"if (e.key === 'j' || e.keyCode === 74) {{ {TURNED} }}",
    "a second press": f"if (e.key === 'j') {{ if (++n > 1) {{ {TURNED} }} }}",
}


@pytest.mark.parametrize("what", TURNS)
async def test_what_a_key_opens_and_closes_is_seen(stage: LyingRig, what: str) -> None:
    script = f"{TURN}; let n = 0; addEventListener('keydown', (e) => {{ {TURNS[what]} }})"
    judged = await stage.judge(whole_page(f"<script>{script}</script>"))
    assert judged.verdict != "pass", str(judged)


async def test_keys_of_several_listeners_all_go_down(stage: LyingRig) -> None:
    does = "document.body.classList.add('x')"
    others = "".join(
        f"addEventListener('keydown', (e) => {{ if ({MANY_KEYS.replace('0', str(at))}) {does} }});" for at in range(3)
    )
    last = f"addEventListener('keydown', (e) => {{ if (e.key === 'k') {{ {SHOWS} }} }})"
    judged = await stage.judge(whole_page(f"<script>{others}{last}</script>"))
    assert judged.verdict != "pass", str(judged)


MANY_PARTS = f"""{"<i></i>" * 5000}<script>document.addEventListener('mouseover', (e) => {{
  if (e.target.matches('main > i:last-of-type')) {{ SHOWS }} }})</script>"""


async def test_the_pointer_is_led_over_the_last_of_many_parts(stage: LyingRig) -> None:
    judged = await stage.judge(whole_page(MANY_PARTS.replace("SHOWS", SHOWS)))
    assert judged.verdict == "fail", str(judged)


async def test_more_parts_than_the_pointer_is_led_over_are_a_gap(
    stage: LyingRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.permissions.second_look._STIRRED", 100)
    judged = await stage.judge(whole_page(MANY_PARTS.replace("SHOWS", "document.body.append('')")))
    assert any("somebody is there" in gap for gap in judged.gaps), str(judged)


async def test_a_shortcut_that_is_sent_and_brings_nothing_is_no_gap(stage: LyingRig) -> None:
    does = "document.querySelector('main').scrollIntoView(); help()"
    script = f"const help = () => {{}}; addEventListener('keydown', (e) => {{ if (e.key === '.') {{ {does} }} }})"
    judged = await stage.judge(whole_page(f"<script>{script}</script>"))
    assert judged.verdict == "pass", str(judged)
