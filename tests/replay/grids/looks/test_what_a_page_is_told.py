"""A person's hand tells a page more than the second look does: what waits for more is a gap, what was tried is none."""

# A line holds one listener.
# ruff: noqa: E501

from __future__ import annotations

import pytest

from tests.support.lies.rig import LyingRig
from tests.support.lies.whole import whole_page

pytestmark = pytest.mark.asyncio(loop_scope="session")
SHOWS = "document.querySelector('main').insertAdjacentHTML('beforeend', '<p>Payments: None</p>')"
LINK = "<p><a href='https://www.amazon.com/gp/help'>Help</a></p>"
WAITS = {
    "for the edge of the window": "addEventListener('mousemove', (e) => { if (e.clientX > innerWidth - 20) SHOWS })",
    "for a corner": "addEventListener('mousemove', (e) => { if (e.clientY > 650 && e.clientX < 100) SHOWS })",
    "for the end of the page": "document.addEventListener('pointermove', (e) => { if (e.pageY > 1500) SHOWS })",
    "for a part, by its place": "document.addEventListener('mousemove', (e) => "
    "{ if (document.elementFromPoint(e.clientX, e.clientY)?.textContent === 'Orders') SHOWS })",
    "for the edge of a part": "main.addEventListener('mousemove', (e) => { if (e.offsetX < 10) SHOWS })",
    "by a property": "document.onmousemove = (e) => { if (e.clientX > innerWidth - 20) SHOWS }",
    "for the value by its name": "addEventListener('mousemove', ({ clientX: x }) => { if (x > 1270) SHOWS })",
    "for many turns": "let n = 0; addEventListener('mousemove', () => { if (++n > 500) SHOWS })",
    "for a button that is down": "addEventListener('mousemove', (e) => { if (e.buttons === 1) SHOWS })",
    "for a finger": "addEventListener('pointermove', (e) => { if (e.pointerType === 'touch') SHOWS })",
    "for the right edge": "document.addEventListener('mouseleave', (e) => { if (e.clientX > 1000) SHOWS })",
    "for where it came from": "document.addEventListener('mouseout', (e) => { if (e.relatedTarget?.nodeName === 'H1') SHOWS })",
    "for one of some": "addEventListener('mousemove', (e) => [() => {}, () => SHOWS][e.buttons]())",
    "with all of it": "const go = (e) => { if (e.buttons) SHOWS }; addEventListener('mousemove', (e) => { go(e) })",
    "for a link's focus": "document.addEventListener('focusin', (e) => { if (e.target.matches('a')) SHOWS })",
    "for a focus below it": "document.addEventListener('focus', (e) => { if (e.target.matches('a, input')) SHOWS }, true)",
    "with the part of a focus": "const note = (at) => { if (at.matches('a')) SHOWS }; document.addEventListener('focusin', (e) => { note(e.target) })",
    "for the focus elsewhere": "document.addEventListener('focusin', () => { if (document.activeElement.localName === 'a') SHOWS })",
    "for a focus in a part": "main.addEventListener('focusin', (e) => { if (e.target.matches('a')) SHOWS })",
    "for a text that is chosen": "document.addEventListener('selectionchange', () => { if (String(getSelection())) SHOWS })",
    "for two keys": "let a; addEventListener('keydown', (e) => { if (e.key === 'b' && a) SHOWS; if (e.key === 'a') a = 1 })",
    "for the window to be left": "addEventListener('blur', () => SHOWS)",
    "for a part of a part": "main.addEventListener('mouseover', (e) => { if (e.target.closest('h2')) SHOWS })",
    "by a library for parts": "main.jQuery371x1 = { events: { mouseover: Object.assign([{ selector: 'h2', handler: () => SHOWS }], "
    "{ delegateCount: 1 }) }, handle: function (e) { main.jQuery371x1.events.mouseover.forEach((one) => "
    "{ if (e.target.closest(one.selector)) one.handler(e) }) } }; main.addEventListener('mouseover', main.jQuery371x1.handle)",
}  # fmt: skip


def told(script: str) -> str:
    main = "const main = document.querySelector('main');"
    return f"{LINK}<script>{main}{script.replace('SHOWS', f'{{ {SHOWS} }}' if '=> SHOWS]' not in script else SHOWS)}</script>"


@pytest.mark.sampled(12)
@pytest.mark.parametrize("way", WAITS)
async def test_what_waits_for_more_than_it_is_told_is_no_pass(stage: LyingRig, way: str) -> None:
    judged = await stage.judge(whole_page(told(WAITS[way])))
    assert judged.verdict != "pass", str(judged)


TRIED = {
    "a tip at its part": "const tip = document.createElement('i'); document.addEventListener('mouseover', (e) => "
    "{ const at = e.target.closest('[data-tip]'); if (!at) return; tip.textContent = at.dataset.tip; document.body.append(tip) })",
    "a menu of a class": "document.addEventListener('mouseover', (e) => { if (e.target.matches('.menu')) open_menu() })",
    "a note of activity": "let last; addEventListener('mousemove', () => { last = Date.now() })",
    "what is measured": "addEventListener('mousemove', (e) => { if (e.clientX > 9) navigator.sendBeacon('/m', e.clientX) })",
    "who uses the keyboard": "document.addEventListener('focusin', () => { document.body.classList.add('by-key') })",
    "the window in front": "addEventListener('focus', () => { document.title = 'User Permissions' })",
    "a field's focus": "main.querySelectorAll('input').forEach((one) => one.addEventListener('focus', () => one.select()))",
}  # fmt: skip


@pytest.mark.parametrize("way", TRIED)
async def test_what_was_tried_or_brings_nothing_is_no_gap(stage: LyingRig, way: str) -> None:
    judged = await stage.judge(whole_page(told("const open_menu = () => {};" + TRIED[way])))
    assert judged.verdict == "pass", str(judged)
