// Heads: places (marketplaces) side by side, and level words side by side, or a table row of them, without controls.
const is_place = (t) => t.k === "text" && PLACE.has(fold(t.s.replace(/\s*\([A-Z]{2}\)$/, "")));
const markets = [],
  columns = [],
  taken = new Set();
// Boxes that only lay cells out are none themselves.
const lays_out = (el) => /^(presentation|none)$/.test(el.getAttribute("role") || "") && all(el, "cell").length > 0;
// it has no box, and is seen through
const only_holds = (el) => el.tagName === "SLOT" || getComputedStyle(el).display === "contents";
const cells = once((row) =>
  [...kids(row)]
    .filter((c) => c.nodeType === 1 && (shown(c) || only_holds(c)))
    .flatMap((c) => (lays_out(c) || (only_holds(c) && !is(c, "cell")) ? cells(c) : [c])),
);
const span = (cell, prop) => +cell[prop] || +cell.getAttribute("aria-" + prop.toLowerCase()) || 1;
// Which columns of its table each cell takes, and how many its row has, heads that span rows counted.
const lay = once((table) => {
  const laid = new Map();
  let spanned = []; // for each column, the rows that a head above still spans
  for (const row of all(table, "row").filter((r) => near(up(r), "table") === table && shown(r))) {
    const next = [];
    let at = 0;
    const skip = () => {
      for (; spanned[at]; at++) next[at] = spanned[at] - 1;
    };
    for (const cell of cells(row)) {
      skip();
      const to = at + span(cell, "colSpan"),
        more = span(cell, "rowSpan") - 1;
      laid.set(cell, [at, to]);
      while (at < to) next[at++] = more;
    }
    skip();
    laid.set(row, [0, at]);
    spanned = next;
  }
  return laid;
});
const slot = (row, cell) => {
  const laid = near(row, "table") && lay(near(row, "table")).get(cell);
  return laid || (cell === row ? [0, cells(row).length] : [cells(row).indexOf(cell), cells(row).indexOf(cell) + 1]);
};
const head_from = (heads, row, texts) => {
  const own = (el) =>
    clean(
      texts_in(el)
        .filter((t) => !near(t.el, "pressable"))
        .map((t) => t.s)
        .join(" "),
    ) || clean(words_of(el)); // without its help buttons
  const parts = cells(row).map((el) => ({ s: own(el), box: boxOf(el), slot: slot(row, el) }));
  heads.push({ row, table: near(row, "table"), parts, wide: slot(row, row)[1], at: texts[0].i, texts });
};
const row_has_option = (row) => options.some((o) => inside(o.el, row) && !near(o.el, "column_head"));
const side_by_side = (t, like) => {
  const next = items[t.i + 1];
  if (!next || !like(next) || belongs.has(next)) return null;
  let box = up(t.el);
  while (!inside(next.el, box)) box = up(box);
  return texts_in(box).length < 9 && !row_has_option(box) ? box : null;
};
for (const t of said.filter((t) => is_place(t) && !belongs.has(t) && !near(t.el, "pressable") && !near(t.el, "tab"))) {
  const row = near(t.el, "row") || side_by_side(t, is_place);
  if (!row || markets.some((m) => m.row === row) || row_has_option(row)) continue;
  const parts = cells(row),
    rest = texts_in(row).filter((x) => !inside(x.el, parts[0]));
  if (parts.length > 1 && rest.length && (parts.every((c) => near(c, "column_head")) || rest.every(is_place)))
    head_from(markets, row, texts_in(row));
}
const is_market_row = (row) => markets.some((m) => m.row === row);
const one_each = (row) =>
  markets.some(
    (m) =>
      m.row !== row &&
      m.wide === slot(row, row)[1] &&
      m.table === near(row, "table") &&
      m.parts.every((p) => p.slot[1] - p.slot[0] === 1),
  );
const loose = items.filter((t) => is_level(t) && !belongs.has(t));
for (const t of loose) {
  if (columns.some((c) => c.texts.includes(t))) continue;
  const row = near(t.el, "row") || side_by_side(t, is_level);
  if (row && !row_has_option(row) && !one_each(row) && texts_in(row).filter(is_level).length > 1)
    head_from(columns, row, texts_in(row));
}
const in_cells = (row) =>
  new Set(options.filter((o) => inside(o.el, row)).map((o) => cells(row).find((c) => inside(o.el, c))));
for (const row of all(document.body, "row")) {
  // heads in unknown words are heads all the same, where controls stand under them
  const parts = cells(row),
    texts = parts.length > 2 && parts.every((c) => near(c, "column_head")) ? texts_in(row) : [];
  if (
    texts.length > 1 &&
    !row_has_option(row) &&
    !is_market_row(row) &&
    !columns.some((c) => c.row === row) &&
    all(near(row, "table") || document.body, "row").some(
      (r) => cells(r).length === parts.length && in_cells(r).size > 1,
    )
  )
    head_from(columns, row, texts);
}
columns.sort((a, b) => a.at - b.at);
for (const head of [...markets, ...columns]) head.texts.forEach((t) => taken.add(t));
const is_head = (row) => is_market_row(row) || columns.some((c) => c.row === row);
const head_options = new Set(options.filter((o) => columns.some((c) => inside(o.el, c.row))));
