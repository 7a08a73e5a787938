"""The "Select an account" pages.

The full page that is drawn by a script and toggles, and the picker before it.
"""

from __future__ import annotations

import json
from urllib.parse import urlencode

from tests.second_site.seller_central.shell import document
from tests.second_site.seller_central.world import COUNTRIES, Merchant, Person, Session, World

PAGE = """
<div id="app" class="full-page-account-switcher"><h1>Select an account</h1><div class="search"></div>
<div class="full-page-account-switcher-accounts-wrapper"><div class="full-page-account-switcher-accounts"></div></div>
<div class="full-page-account-switcher-footer"></div></div>
<script>
const TREE = __TREE__, SETTINGS = __SETTINGS__;
let open = new Set(), chosen = null;
const list = document.querySelector('.full-page-account-switcher-accounts');
const el = (tag, cls) => { const node = document.createElement(tag); if (cls) node.className = cls; return node; };
function tile(node, path, parent) {
  const key = path.join('/');
  const box = el('div', 'full-page-account-switcher-account');
  const button = el('button', 'full-page-account-switcher-account-details'); button.type = 'button';
  const label = el('span', 'full-page-account-switcher-account-label');
  const isOpen = open.has(key), isChosen = chosen === key;
  label.textContent = node.label + (node.current ? SETTINGS.suffix : '') + (isChosen ? SETTINGS.chosenSuffix : '');
  if (node.children && isOpen) {
    label.classList.add('full-page-account-switcher-account-label-expanded'); if (node.current) label.dataset.test = 'current-account';
  }
  if (isChosen) box.classList.add('full-page-account-switcher-account-selected');
  button.append(label); box.append(button); parent.append(box);
  button.addEventListener('click', event => {
    if (!event.isTrusted) return;
    if (node.children) { open.has(key) ? open.delete(key) : open.add(key); if (chosen && chosen.startsWith(key + '/')) chosen = null; }
    else if (!node.pending) { chosen = chosen === key ? null : key; SETTINGS.target = node.target; }
    draw();
  });
  if (node.children && isOpen) node.children.forEach(child => tile(child, path.concat(child.label + (child.target || '')), parent));
}
function leave(target) {
  if (!SETTINGS.post) { location.href = target; return; }
  fetch('/account-switcher/global-and-regional-account/merchantMarketplace/select' + target.slice(target.indexOf('?')), {method: 'POST'})
    .then(() => { location.href = target; });
}
function draw() {
  list.replaceChildren();
  TREE.forEach((node, index) => tile(node, [node.label + index], list));
  const footer = document.querySelector('.full-page-account-switcher-footer');
  footer.replaceChildren();
  const confirm = el(SETTINGS.kat ? 'kat-button' : 'button', 'full-page-account-switcher-button');
  confirm.dataset.test = 'confirm-selection';
  if (SETTINGS.kat) { confirm.setAttribute('label', SETTINGS.confirm); confirm.setAttribute('variant', 'primary'); }
  else { confirm.classList.add('kat-button--primary'); confirm.textContent = SETTINGS.confirm; confirm.type = 'button'; }
  if (!chosen) confirm.setAttribute('disabled', '');
  confirm.addEventListener(SETTINGS.kat ? 'press' : 'click', () => { if (chosen) leave(SETTINGS.target); });
  footer.append(confirm);
}
function start() {
  if (SETTINGS.search) document.querySelector('.search').innerHTML =
    '<kat-input placeholder="Search for an account"></kat-input><kat-button class="search-button" label="Search"></kat-button>';
  if (SETTINGS.error) {
    list.innerHTML = '<div class="full-page-account-switcher-accounts-error full-page-account-switcher-accounts-error-top-level">'
      + 'We could not load your accounts. Try again later.</div>'; return; }
  TREE.forEach((node, index) => { if (node.expanded) { open.add(node.label + index); } });
  draw();
}
SETTINGS.late ? setTimeout(start, SETTINGS.late) : start();
</script>
"""

PICKER = """
<div id="picker-container"><div class="picker-app"><h2>Select Merchant and Marketplace</h2><div class="picker-body" style="display:flex">
<div class="picker-item-column merchants"></div><div class="picker-item-column markets"></div></div>
<button type="button" class="picker-switch-accounts-button" disabled>__CONFIRM__</button></div></div>
<script>
const TREE = __TREE__; let merchant = null, target = null;
const [left, right] = document.querySelectorAll('.picker-item-column');
const go = document.querySelector('.picker-switch-accounts-button');
function column(into, nodes, press) {
  into.replaceChildren();
  nodes.forEach(node => { const button = document.createElement('button'); button.type = 'button'; button.className = 'picker-button';
    button.innerHTML = '<div class="picker-name"></div>'; button.firstChild.textContent = node.label;
    button.onclick = () => {
      into.querySelectorAll('.picker-button').forEach(b => b.classList.remove('selected'));
      button.classList.add('selected'); press(node); };
    const wrap = document.createElement('div'); wrap.className = 'picker-item'; wrap.append(button); into.append(wrap); });
}
setTimeout(() => column(left, TREE, node => { merchant = node; target = null; go.disabled = true;
  column(right, node.children, child => { target = child.target; go.disabled = false; }); }), __LATE__);
go.onclick = () => { if (target) location.href = target; };
</script>
"""


def switcher_page(world: World, person: Person, session: Session, *, return_to: str, broken: bool) -> str:
    """The full page of 2024 to 2026."""
    variant = world.variant
    settings = {
        "suffix": variant.suffix if variant.suffix != ". Selected" else "",
        "chosenSuffix": ". Selected" if variant.suffix == ". Selected" else "",
        "kat": variant.confirm_widget == "kat",
        "confirm": variant.confirm_label,
        "search": variant.search_box,
        "error": broken,
        "late": variant.late,
        "post": variant.confirm_by == "post",
    }
    page = PAGE.replace("__TREE__", _json(_tree(world, person, session, return_to))).replace(
        "__SETTINGS__", _json(settings)
    )
    return document("Seller Central", page, late=variant.late)


def picker_page(world: World, person: Person, session: Session, *, return_to: str) -> str:
    """The picker of the generation before."""
    page = PICKER.replace("__TREE__", _json(_tree(world, person, session, return_to)))
    return document(
        "Select an account", page.replace("__CONFIRM__", "Select Account").replace("__LATE__", str(world.variant.late))
    )


def _tree(world: World, person: Person, session: Session, return_to: str) -> list[dict[str, object]]:
    agencies: dict[str, list[dict[str, object]]] = {}
    roots: list[dict[str, object]] = []
    for merchant in person.merchants:
        node = _node(world, merchant, session, return_to)
        if merchant.agency:
            if merchant.agency not in agencies:
                agencies[merchant.agency] = []
                roots.append({"label": merchant.agency, "children": agencies[merchant.agency]})
            agencies[merchant.agency].append(node)
        else:
            roots.append(node)
    return roots


def _node(world: World, merchant: Merchant, session: Session, return_to: str) -> dict[str, object]:
    current = session.selected is not None and session.selected[0] == merchant
    label = merchant.name + (" (pending registration)" if merchant.pending else "")
    children = [
        {
            "label": COUNTRIES[marketplace][0],
            "pending": merchant.pending,
            "current": current and session.selected is not None and session.selected[1] == marketplace,
            "target": _target(merchant, marketplace, return_to),
        }
        for marketplace in merchant.marketplaces
    ]
    return {
        "label": label,
        "children": children,
        "current": current,
        "expanded": current or world.variant.switcher_expanded,
    }


def _target(merchant: Merchant, marketplace: str, return_to: str) -> str:
    chosen = {
        "mons_sel_dir_mcid": f"amzn1.merchant.d.{merchant.token}",
        "mons_sel_mkid": marketplace,
        "mons_sel_dir_paid": f"amzn1.pa.d.{merchant.token}",
        "ignore_selection_changed": "true",
    }
    return f"{return_to}{'&' if '?' in return_to else '?'}{urlencode(chosen)}"


def _json(value: object) -> str:
    return json.dumps(value).replace("</", "<\\/")
