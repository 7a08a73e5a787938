// What counts as shown, as inside, as above: the tools of every script that reads a permission grid. Nothing changes
// while they run.
const { moment } = globalThis[Symbol.for("rest")].seen();
const LEVEL = new Set(words),
  PLACE = new Set(places),
  ON = new Set(on),
  OFF = new Set(off);
// Signs that show nothing and part no words: soft hyphens, joiners, places where a line may break.
const UNSHOWN = /[\u00ad\u200b-\u200f\u2060\ufeff]/g;
const clean = (s) =>
  (s || "")
    .replace(UNSHOWN, "")
    .replace(/[\s\u00a0]+/g, " ")
    .trim();
// Nothing changes during the walk, so what was asked once is remembered.
const once = (make) => {
  const known = new Map();
  return (key) => {
    if (!known.has(key)) known.set(key, make(key));
    return known.get(key);
  };
};
const fold = once((s) =>
  clean(s)
    .replace(/[:：]$/, "")
    .trim()
    .toLowerCase(),
);
const rules = once((rule) => once((el) => el.matches(css[rule])));
const is = (el, rule) => el.nodeType === 1 && rules(rule)(el);
// What holds a node, as people see it: the slot it is shown in, the host of its root, the frame of its document.
const up = (n) => {
  const parent = n.assignedSlot || n.parentNode;
  if (parent && parent.nodeType === 11) return parent.host || parent;
  return parent && parent.nodeType === 9 && parent !== document ? parent.defaultView?.frameElement || parent : parent;
};
// The clock of the window that an element belongs to: each frame has its own.
const clock_at = (el) => el.ownerDocument?.defaultView?.[Symbol.for("rest")] ?? globalThis[Symbol.for("rest")];
const nearest = once((rule) => {
  const above = once((n) => (is(n, rule) ? n : near(up(n), rule)));
  return above;
});
const near = (n, rule) => (n && n.nodeType === 1 ? nearest(rule)(n) : null);
const kids = (n) =>
  n.tagName === "SLOT" && n.assignedNodes().length
    ? n.assignedNodes({ flatten: true })
    : (n.shadowRoot || n).childNodes;
// Where each element begins and ends in the order of reading: inside a box is what begins between the box's two
// numbers.
const place = new Map();
const number = (n) => {
  const mine = [place.size, 0];
  place.set(n, mine);
  for (const k of kids(n)) if (k.nodeType === 1) number(k);
  mine[1] = place.size;
};
number(document.body);
const climbs = (n, box) => {
  for (; n; n = up(n)) if (n === box) return true;
  return false;
};
const inside = (n, box) => {
  const a = place.get(n),
    b = place.get(box);
  return a && b ? b[0] <= a[0] && a[0] < b[1] : climbs(n, box);
};
const shown = once((el) => el.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: false }));
const boxOf = once((el) => {
  const r = el.getBoundingClientRect();
  return [r.left + scrollX, r.top + scrollY, r.right + scrollX, r.bottom + scrollY];
});
const all = (box, rule) => {
  const out = [];
  const go = (n) => {
    for (const k of kids(n))
      if (k.nodeType === 1) {
        if (is(k, rule)) out.push(k);
        go(k);
      }
  };
  go(box);
  return out;
};
const with_all_in = (el) => [el, ...all_in(el)];
const all_in = (el) => [...kids(el)].filter((k) => k.nodeType === 1).flatMap(with_all_in);
const words_of = (n) =>
  n.nodeType === 3
    ? n.data
    : n.nodeType === 1 && !is(n, "skip") && n.getAttribute("aria-hidden") !== "true"
      ? [...kids(n)].map(words_of).join(" ")
      : "";
// Where something stands, for people: the nearest boxes that have a name of their own.
const where_is = (el) => {
  const steps = [];
  for (let n = el; n && n.nodeType === 1 && n !== document.body && steps.length < 3; n = up(n)) {
    const name = n.id
      ? `#${n.id}`
      : typeof n.className === "string" && n.className.trim()
        ? `.${n.className.trim().split(/\s+/)[0]}`
        : n.getAttribute("role")
          ? `[role=${n.getAttribute("role")}]`
          : "";
    if (name || steps.length === 0) steps.unshift(n.localName + name);
  }
  return steps.join(" > ").slice(0, 120);
};
// Whether a link leads to another page that is none of permissions, and no listener hears of its press before.
const way_of = once((link) => (/^(away|back)$/.test(led_by(link)) && is_kept_back(link) ? "press" : led_by(link)));
const led_by = (link) => {
  const href = link.tagName === "A" ? link.getAttribute("href") : link.getAttribute("href") || "";
  if (!href || /^(#|javascript:)/i.test(href.trim())) return "press";
  try {
    const to = new URL(href, document.baseURI);
    if (to.protocol === "mailto:" || !is_of_permissions(to)) return "away";
    return is_behind_us(to) ? "back" : "here";
  } catch {
    return "press";
  }
};
const is_of_permissions = (to) =>
  to.origin + to.pathname === location.origin + location.pathname ||
  permission_paths.some((path) => to.pathname.startsWith(path));
// The page where the visit began, the page itself, and the one that led here: no other rows stand there.
const is_behind_us = (to) =>
  to.origin === location.origin &&
  (!/^#[/!]/.test(to.hash) || to.hash === location.hash) &&
  (to.href.split("#")[0] === document.referrer.split("#")[0] ||
    (to.pathname === location.pathname && to.search === location.search) ||
    (!to.search && starts.includes(to.pathname.split("/ref=")[0])));
// What can be pressed in a region: what is made for it, what hears, and what looks like it.
const doors_in = once((region) =>
  [...place.keys()].filter(
    (el) => el !== region && inside(el, region) && shown(el) && (is(el, "interactive") || hears(el) || invites(el)),
  ),
);
// A pager that leads nowhere: nothing in it can be pressed but the page that is shown.
const idle_pager = (el) => {
  const pager = near(el, "pager");
  return pager && doors_in(pager).every((k) => near(k, "disabled") || k.matches("[aria-current]") || !is_open(k))
    ? pager
    : null;
};
// A link without an address and without a listener leads nowhere.
const is_open = (el) => el.tagName !== "A" || el.hasAttribute("href") || hears(el) || invites(el);
// A part of the page for finding one's way: links that lead away, perhaps with a word between, and nothing else to
// press.
const is_way = once((region) => {
  const doors = doors_in(region).filter((el) => !near(up(el), "link"));
  return doors.length > 0 && doors.every((el) => is(el, "link") && /^(away|back)$/.test(way_of(el)));
});
const in_chrome = (el) => {
  const region = near(el, "chrome_text");
  return !!region && is_way(region) && (!near(el, "trail") || !!near(el, "link"));
};
// A guided tour over the page speaks of the page; one that speaks of this user's rights is none.
const ABOUT_ROWS = about_rows.map((rule) => new RegExp(rule, "i"));
const is_tour = once(
  (el) => !!el && !all(el, "hidden_field").length && !ABOUT_ROWS.some((rule) => rule.test(clean(el.textContent))),
);
// What looks as if it could be pressed: the pointer changes on it, and not already on the box around it.
const pointed = once((el) => /pointer|zoom-in/.test(getComputedStyle(el).cursor));
const invites = (el) => pointed(el) && !el.closest("label") && !(up(el) && up(el).nodeType === 1 && pointed(up(el)));
