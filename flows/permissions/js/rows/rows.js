// Rows: the smallest container of a control (or of a level word, or of a table row under column heads) that holds a
// label.
const plain = (t) =>
  t.k === "text" &&
  !belongs.has(t) &&
  !is_level(t) &&
  !is_place(t) &&
  !taken.has(t) &&
  !ON.has(fold(t.s)) &&
  !OFF.has(fold(t.s)) &&
  !captions.includes(fold(t.s));
const sides = once((table) =>
  all(table, "cell")
    .filter((c) => c.rowSpan > 1 && !is_head(near(c, "row")))
    .map((c) => boxOf(c)[0]),
); // where cells stand that go on beside several rows
const beside = once((cell) => {
  // a section beside its rows, each of which says more
  const row = cell && near(cell, "row"),
    table = row && near(row, "table");
  return (
    !!table &&
    sides(table).some((left) => Math.abs(left - boxOf(cell)[0]) < 2) &&
    cells(row).some((c) => c !== cell && texts_in(c).some(plain))
  );
});
const is_label = (t) => plain(t) && !beside(near(t.el, "cell"));
const has_label = once((box) => texts_in(box).some(is_label));
const by_key = once((key) => options.filter((x) => x.key === key));
const mates = once((o) => (o.key ? by_key(o.key).filter((x) => x.el.getRootNode() === o.el.getRootNode()) : []));
const home_of = (o) => {
  const row = near(o.el, "row");
  if (row && has_label(row)) return row;
  let box = o.item ? o.el : up(o.el);
  for (; box && box !== document.body; box = up(box))
    if (has_label(box) && (!o.el || mates(o).every((m) => inside(m.el, box)))) break;
  return (box && beside_group(box)) || box || document.body;
};
const beside_group = (box) => {
  // where a text stands before a group and its title, both name the row
  if (!is(box, "group")) return null;
  const first = texts_in(box)[0].i;
  for (
    let b = up(box);
    b && b !== document.body && options.every((x) => !inside(x.el, b) || inside(x.el, box));
    b = up(b)
  )
    if (texts_in(b).some((t) => is_label(t) && t.i < first && !near(t.el, "title") && !near(t.el, "pressable")))
      return b;
  return null;
};
const holders = options.filter(
  (o) =>
    !head_options.has(o) &&
    o.k !== "switch" &&
    (o.k !== "checkbox" || o.own.some((w) => LEVEL.has(fold(w))) || near(o.el, "row")),
);
const values = loose
  .filter((t) => !taken.has(t) && !near(t.el, "pressable") && !near(t.el, "column_head") && !near(t.el, "term"))
  .map((t) => ({ k: "value", el: t.el, item: t, key: null, own: [t.s] }));
const marked = new Set([...holders, ...values].map((o) => near(o.el, "row")).filter(Boolean));
const bare = all(document.body, "row").filter(
  (r) =>
    shown(r) &&
    !marked.has(r) &&
    cells(r).length > 1 &&
    !is_head(r) &&
    columns.some((c) => c.table && c.table === near(r, "table")) &&
    has_label(r),
);
const sites = [...holders, ...values, ...bare.map((r) => ({ k: "bare", el: r, home: r, own: [] }))];
for (const s of sites) s.home = s.home || home_of(s);
const cell_of = (s) => {
  const row = near(s.el, "row") || s.home,
    cell = cells(row).find((c) => inside(s.el, c));
  return cell ? { row, cell } : null;
};
const heads_for = (heads, s) => {
  // the last ones before it, of its own table if that has any
  const table = near(s.el, "table");
  return heads.findLast(
    (h) =>
      h.at < where(s) &&
      (!h.table || h.table === table || ![...columns, ...markets].some((d) => d.table && d.table === table)),
  );
};
const part_over = (head, s) => {
  if (!head) return null;
  const own = cell_of(s),
    wide = own && slot(own.row, own.row)[1];
  if (own && wide > 1 && wide === head.wide) {
    const [from, to] = slot(own.row, own.cell);
    const part = head.parts.find((p) => p.slot[0] <= from && to <= p.slot[1]);
    return part && !is_above(part, head, boxOf(own.cell)) ? { ...part, s: `${part.s} (not above it)` } : part;
  }
  const b = box_seen(s.el),
    x = (b[0] + b[2]) / 2,
    hit = head.parts.filter((p) => p.box[0] <= x && x <= p.box[2]);
  return hit.length === 1 && head.parts.every((p, i, a) => !i || p.box[0] >= a[i - 1].box[2] - 1) ? hit[0] : null;
};
// Whether a head is drawn above what it heads by its place in the document, and not where another is.
const is_above = (part, head, cell) => {
  const fits = (p) => Math.abs(p.box[0] - cell[0]) < 4 && Math.abs(p.box[2] - cell[2]) < 4;
  return cell[2] - cell[0] <= 16 || fits(part) || !head.parts.some(fits);
};
const box_seen = (el) => {
  const label = !el.getClientRects().length && [...(el.labels || [])].find(shown);
  return boxOf(label || el);
};
const repeats = (head) => {
  const levels = head.parts.map((p) => fold(p.s)).filter((w) => LEVEL.has(w));
  return new Set(levels).size < levels.length;
};
const group_name = (el) => {
  const group = near(up(el), "group"),
    by = group && group.getAttribute("aria-labelledby"),
    named = by && group.getRootNode().getElementById(by);
  const said = group ? clean(group.getAttribute("aria-label") || (named && words_of(named))) : "";
  return PLACE.has(fold(said)) ? said : "";
};
const over = (s) => {
  // the column's head, and the marketplace above that, or beside the control
  const level = heads_for(columns, s),
    market = heads_for(markets, s);
  const apart =
    level &&
    market &&
    level.at > market.at &&
    !repeats(level) &&
    sites.some((x) => market.at < where(x) && where(x) < level.at);
  const place = apart ? null : part_over(market, s);
  if (place) market.used = true;
  return {
    column: (part_over(level, s) || { s: "" }).s,
    over: place ? place.s : s.beside ? s.beside.s : group_name(s.el),
  };
};
const where = (s) => (s.at ??= s.item ? s.item.i : s.k === "bare" ? items.findIndex((i) => inside(i.el, s.el)) : s.i);
/** @type {any[]} */
const cut = []; // rows: a home, and the slice of items in it up to the next label
for (const s of sites.sort((a, b) => where(a) - where(b))) {
  const last = cut[cut.length - 1];
  const between = last && items.slice(where(last.sites[last.sites.length - 1]) + 1, where(s)).some(is_label);
  if (last && last.home === s.home && s.k !== "bare" && (near(s.el, "row") === s.home || !between)) last.sites.push(s);
  else cut.push({ home: s.home, sites: [s] });
}
