// What a row says of itself: its names, its states, its hints, what it opens, and whether it can be seen or heard.
const mark = (s) => (ON.has(fold(s)) ? true : OFF.has(fold(s)) || !s ? false : null);
const marked_in = (cell) => {
  const sign = cell.querySelector("[aria-label], [alt], [title]"),
    said =
      clean(words_of(cell)) ||
      clean(sign && (sign.getAttribute("aria-label") || sign.getAttribute("alt") || sign.getAttribute("title")));
  return { on: !said && cell.querySelector("svg, i, img, kat-icon") ? null : mark(said), shows: said };
};
const options_of = (row, tips) =>
  row.sites.flatMap((s) => {
    if (s.k === "bare")
      return level_cells(s).map(({ c, above }) => ({
        own: [],
        ...above,
        ...marked_in(c.el),
        off: true,
        mark: true,
        tips: tips.of_cell(c.el),
      }));
    return [{ ...option_of(s), tips: tips.of_level(s) }];
  });
const level_cells = (s) =>
  cells(s.el)
    .map((el) => ({ el, at: where(s), home: s.el }))
    .map((c) => ({ c, above: over(c) }))
    .filter(({ above }) => LEVEL.has(fold(above.column)));
const option_of = (s) => {
  const above = over(s);
  if (s.k === "value")
    return { own: s.own, ...above, on: true, off: true, text: true, unseen: is_unseen(s.item) && !has_sign(s) };
  if (s.k === "choice")
    return {
      ...choice(s.el),
      own: s.own,
      ...above,
      column: "",
      on: true,
      off: locked(s.el),
      choice: true,
      unseen: s.el.tagName === "SELECT" && is_unseen_list(s.el),
    };
  return {
    own: s.own.length ? s.own : words_beside(s),
    ...above,
    on: state(s.el),
    off: locked(s.el),
    look: look_of(s),
  };
};
const words_beside = (s) => {
  // a nameless control is called what else its cell says, if that is no explanation
  const cell = near(s.el, "cell"),
    row = cell && near(cell, "row"),
    said = row
      ? texts_in(cell)
          .filter(plain)
          .map((t) => t.s)
          .join(" ")
      : "";
  return said && said.length <= 40 && cells(row).some((c) => c !== cell && texts_in(c).some(plain)) ? [said] : [];
};
const names = (row) => [
  ...new Set(
    row.sites
      .flatMap((s) => [s.el.getAttribute("name"), s.el.id, ...all(s.el, "radio").flatMap((x) => [x.name, x.id])])
      .flatMap((n) => (n || "").match(new RegExp(css.role_name, "g")) || []),
  ),
];
const called = (row, box) => {
  // what names the row besides the text it begins with
  const named = [
    box,
    ...row.sites.map((s) => near(up(s.el), "group")),
    ...row.sites.filter((s) => s.k === "choice").map((s) => s.el),
  ].filter(Boolean);
  const legend = (el) => [...el.children].find((c) => c.tagName === "LEGEND");
  const said = [...new Set(named)].flatMap((el) => [
    el.getAttribute("aria-label"),
    named_by(el),
    el.getAttribute("label"),
    legend(el) && words_of(legend(el)),
    ...[...(el.labels || [])].map(words_of),
  ]);
  return [...new Set(said.map(clean).filter(Boolean))];
};
const state_of = (el) => {
  const n = near(el, "unfolds");
  return !n
    ? ""
    : n.tagName === "SUMMARY"
      ? n.parentNode.open
        ? "open"
        : "closed"
      : n.getAttribute("aria-expanded") === "true"
        ? "open"
        : "closed";
};
// Whether a row opens something when it is pressed: its label does, or its box looks as if it did. Words of a control
// press that.
const opens_more = (label, home) => {
  const handle = near(label, "pressable"),
    away = handle && is(handle, "link") && way_of(handle) === "away",
    unfolded = () => !!near(label, "unfolds") && state_of(label) === "open";
  if (handle && inside(handle, home)) return !away && !unfolded() && !near(handle, "disabled");
  for (let n = label; n && n.nodeType === 1 && n.tagName !== "LABEL"; n = up(n)) {
    if (n === home)
      return (
        ((hears(n) && !is(n, "library_row")) || invites(n) || (is(n, "focusable") && !near(n, "roves"))) && !unfolded()
      );
    if ((hears(n) && !is(n, "library_row")) || invites(n) || (is(n, "focusable") && !near(n, "roves")))
      return !unfolded();
  }
  return false;
};
// A level in words that can be pressed by itself: what it leads to says more, or another.
const level_opens = (site, home) => {
  if (site.k !== "value") return false;
  for (let n = site.el; n && n.nodeType === 1 && n !== home; n = up(n))
    if ((hears(n) && !is(n, "library_row")) || invites(n) || (is(n, "focusable") && !near(n, "roves"))) return true;
  return false;
};
// Whether a place lies outside of what the boxes around it let through, but for so much of its width.
const lies_off = (r, { across, down }, least) =>
  across.some((c) => Math.min(r.right, c.right) - Math.max(r.left, c.left) < least) ||
  down.some((c) => Math.min(r.bottom, c.bottom) - Math.max(r.top, c.top) < 3);
// A box that scrolls shows what is in it by and by, unless it has no size for a word, or lies off itself.
const is_no_window = (r, around) => Math.min(r.width, r.height) < 8 || lies_off(r, around, 8);
// Whether a level in words is drawn at all: in some size, in a colour of its own, inside what its boxes let through.
const fades = once((el) => {
  const style = getComputedStyle(el),
    over =
      up(el) && up(el).nodeType === 1
        ? fades(up(el))
        : { alpha: 1, ground: [255, 255, 255], cut: false, across: [], down: [] };
  const color = rgba(style.backgroundColor),
    scrolls = (axis) => /auto|scroll/.test(axis),
    own = el !== document.body && el !== document.documentElement ? el.getBoundingClientRect() : null,
    clips = own && /hidden|clip/.test(style.overflowX + style.overflowY),
    clipped = (axis, before) => (scrolls(axis) ? [] : clips ? [...before, own] : before),
    no_window = own && scrolls(style.overflowX + style.overflowY) && is_no_window(own, over);
  const alpha = over.alpha * +style.opacity * (/opacity\(0%?\)/.test(style.filter) ? 0 : 1);
  const gone =
    /inset\([^)]*\b(100|[5-9]\d)%/.test(style.clipPath) ||
    /^rect\((0px|1px),? (0px|1px),? (0px|1px),? (0px|1px)\)$/.test(style.clip) ||
    (style.maskImage !== "none" && !/url/.test(style.maskImage)) ||
    (style.webkitTextSecurity || "none") !== "none" ||
    (style.backfaceVisibility === "hidden" && /matrix3d\(-1/.test(style.transform));
  return {
    alpha,
    ground: style.backgroundImage !== "none" || !color ? null : color[3] > 0.5 ? color : over.ground,
    cut: over.cut || gone || no_window,
    across: clipped(style.overflowX, over.across), // the boxes that clip it, but for those that scroll that way
    down: clipped(style.overflowY, over.down),
  };
});
const rgba = (s) => {
  const m = /^rgba?\(([^)]+)\)/.exec(s),
    p = m ? m[1].split(/[ ,/]+/).map(Number) : [];
  return m ? [p[0], p[1], p[2], p[3] ?? 1] : null;
}; // null: in a notation of its own
const is_unseen_list = (el) => {
  const { color, webkitTextFillColor, textIndent, fontSize } = getComputedStyle(el),
    ink = rgba(webkitTextFillColor || color),
    { width, height } = el.getBoundingClientRect();
  return (
    Math.min(width, height) < 8 ||
    width < 20 ||
    Math.abs(parseFloat(textIndent)) > width / 2 ||
    parseFloat(fontSize) < 2 ||
    (ink && ink[3] < 0.1) ||
    fades(el).alpha < 0.1
  );
};
const is_unseen = (t) => {
  const el = t.el.nodeType === 1 ? t.el : up(t.el),
    style = getComputedStyle(el),
    around = fades(el),
    ink = rgba(style.webkitTextFillColor || style.color);
  if (/override/.test(style.unicodeBidi) || parseFloat(style.letterSpacing) < -0.3 * parseFloat(style.fontSize))
    return true;
  if (around.cut || around.alpha < 0.1 || (ink && ink[3] < 0.1) || parseFloat(style.fontSize) < 2) return true;
  for (const part of ["::first-letter", "::first-line"]) {
    const first = block(el) && getComputedStyle(block(el), part);
    if (first && (parseFloat(first.fontSize) < 2 || (rgba(first.color) || [0, 0, 0, 1])[3] < 0.1)) return true;
  }
  if (ink && around.ground && ink[3] > 0.9 && [0, 1, 2].every((i) => Math.abs(ink[i] - around.ground[i]) < 8))
    return true;
  return t.nodes.every((n) => {
    if (n.nodeType !== 3) return false;
    const range = document.createRange();
    range.selectNodeContents(n);
    return [...range.getClientRects()].every(
      (r) =>
        r.width < 3 ||
        r.height < 3 ||
        r.right + scrollX <= 0 ||
        r.bottom + scrollY <= 0 ||
        lies_off(r, around, Math.max(3, 0.7 * r.width)),
    );
  });
};
// A level that is written for those who cannot see, beside a sign for those who can, is one all the same.
const has_sign = (s) => {
  const cell = near(s.el, "cell") || up(s.el);
  return !!cell && (all(cell, "picture").length > 0 || all(cell, "sign").some(shown));
};
// Whether a listener hears the press: without one it shows nothing. What the catalogue names shows a tip, or is the
// site's own.
const is_heard = (el) => {
  for (let n = el, i = 0; n && n.nodeType === 1 && n !== document.body && i < 4; n = up(n), i++)
    if (hears(n)) return !near(el, "known_press");
  return false;
};
const leads = (el) => {
  const link = near(el, "link");
  return link ? way_of(link) : near(el, "pressable") || is_door(el) ? "press" : "";
};
// A text that can be pressed without looking like it: the box that hears it, or can be reached by the keyboard, says
// little else.
const is_door = (el) => {
  for (let n = el, i = 0; n && n.nodeType === 1 && n !== document.body && i < 3; n = up(n), i++)
    if (is(n, "interactive") || hears(n) || invites(n)) return texts_in(n).length <= 2;
  return false;
};
