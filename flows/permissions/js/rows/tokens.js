// Tokens in document order: titles, texts, column heads, rows, switches. It judges nothing.
/** @type {any[]} */
const tokens = [];
const used = new Set(),
  sign = new Set();
// What explains which node, for what asks afterwards what is left over.
const claims = new Map(furniture.map((el) => [el, "furniture"]));
const claim = (by, ...found) => {
  for (const one of found) for (const n of one.nodes || [one.el || one]) claims.set(n, by);
};
const parts_of = new Map(options.map((o) => [o, []]));
belongs.forEach((o, t) => parts_of.get(o)?.push(t));
// A description stands in a block without controls; what else stands in a row may take back what it says.
const describes = (t, row) => !row.sites.some((s) => s.k !== "bare" && inside(s.el, t.home));
// What stands in no cell of a row of cells, or in a message or a dialog that the row is not in, belongs to no row.
const is_in_no_cell = (t, row) => {
  const own = row.label && near(row.label.el, "cell"),
    cell = near(t.el, "cell");
  if (["alert", "dialog"].map((key) => near(t.el, key)).some((box) => box && !inside(row.home, box))) return true;
  return !!own && inside(own, row.home) && !(cell && inside(cell, row.home));
};
const drawn_by = (s) => [s.el, ...((s.k !== "bare" && s.el.labels) || []), ...(parts_of.get(s) || []).map((t) => t.el)];
// Words of a label that stand in an element of their own behind its first words.
const asides_of = (t) => {
  const first = t.nodes[0].parentNode;
  return [...new Set(t.nodes.slice(1).map((n) => n.parentNode))]
    .filter((el) => el !== first && el.nodeType === 1 && !el.contains(first))
    .map((el) => clean(words_of(el)))
    .filter(Boolean);
};
const start = (row, n) => {
  const from = n ? where(cut[n - 1].sites[cut[n - 1].sites.length - 1]) + 1 : 0;
  return near(row.sites[0].el, "row") === row.home || row.sites[0].k === "bare" ? 0 : from;
};
const firsts = cut.map((r) => place.get(r.sites[0].el)?.[0] ?? -1).sort((a, b) => a - b);
const before_in = (at) => {
  let low = 0,
    high = firsts.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if (firsts[mid] < at) low = mid + 1;
    else high = mid;
  }
  return low;
};
const holds_another = (row) => {
  // whether the box of a row holds another row's control
  const box = place.get(row.home),
    own = place.get(row.sites[0].el);
  if (!box || !own || firsts[0] < 0) return cut.some((r) => r !== row && inside(r.sites[0].el, row.home));
  return before_in(box[1]) - before_in(box[0]) > (box[0] <= own[0] && own[0] < box[1] ? 1 : 0);
};
cut.forEach((row, n) => {
  const end =
    row.home === near(row.sites[0].el, "row")
      ? items.length
      : n + 1 < cut.length
        ? where(cut[n + 1].sites[0])
        : items.length;
  const from = start(row, n);
  let texts = texts_in(row.home).filter((t) => t.i >= from && t.i < end && is_label(t) && !used.has(t));
  const first = where(row.sites[0]),
    before = texts.filter((t) => t.i < first);
  const crowded = holds_another(row);
  if (crowded) texts = before;
  if (crowded && texts.length > 1) {
    const i = texts.findLastIndex((t) => is(t.el, "title") || near(t.el, "title"));
    texts = texts.slice(i + 1);
  }
  texts.forEach((t) => used.add(t));
  for (const s of row.sites) {
    // a marketplace that is named beside the control, after the label
    const place = items
      .slice(texts[0] ? texts[0].i : first, where(s))
      .findLast((t) => is_place(t) && !taken.has(t) && inside(t.el, row.home));
    if (place) {
      s.beside = place;
      used.add(place);
    }
  }
  const label = texts[0] ? texts[0].s : "";
  row.label = texts[0];
  const notes = texts.slice(1);
  const apart =
    row.sites[0].k === "bare"
      ? texts_in(row.home).filter(
          (t) =>
            t !== texts[0] &&
            !notes.includes(t) &&
            !cells(row.home).some(
              (c) => inside(t.el, c) && LEVEL.has(fold(over({ el: c, at: first, home: row.home }).column)),
            ),
        )
      : [];
  const astray = [...notes, ...apart].filter((t) => is_in_no_cell(t, row)),
    rest = [...notes, ...apart].filter((t) => !astray.includes(t));
  const described = rest.filter((t) => texts[0] && t !== texts[0] && describes(t, row));
  claim("label", ...texts.slice(0, 1));
  claim("description", ...notes);
  claim("description", ...apart);
  for (const s of row.sites) {
    if (s.k === "bare")
      for (const c of cells(s.el)) {
        if (LEVEL.has(fold(over({ el: c, at: first, home: s.el }).column))) claim("level", c, ...texts_in(c));
      }
    else
      claim(
        "level",
        s.item || s,
        ...(parts_of.get(s) || []),
        ...(s.k === "choice" && face_of(s.el) ? [face_of(s.el)] : []),
        ...(/^(radio|checkbox)$/.test(s.k) && shell_of(s) ? [shell_of(s)] : []),
      );
    if (s.beside) claim("scope", s.beside);
  }
  const struck =
    is_struck(texts[0] ? texts[0].el : row.home, row.home) ||
    row.sites.some((s) => drawn_by(s).some((el) => is_struck(el, row.home)));
  const tips = row_tips(row, crowded ? null : row.home),
    leveled = options_of(row, tips);
  tokens.push({
    t: "row",
    els: [crowded ? null : row.home, texts[0] && texts[0].el, ...row.sites.map((s) => s.el)],
    of: { label: texts[0], notes, apart, row },
    at: texts[0] ? texts[0].i : first,
    label,
    more: texts
      .slice(1)
      .map((x) => x.s)
      .join(" "),
    described: described.map((t) => t.s),
    asides: texts[0] ? asides_of(texts[0]) : [],
    beside: rest.filter((t) => !described.includes(t)).map((t) => t.s),
    astray: astray.map((t) => t.s),
    struck,
    opens:
      row.home !== document.body &&
      ((!!texts[0] && opens_more(texts[0].el, row.home)) ||
        row.sites.some((s) => level_opens(s, row.home)) ||
        notes.some((t) => leads(t.el) === "press" && is_heard(t.el))),
    hints: tips.hints,
    looks: looks_of(row, texts[0]),
    states: states_of(
      [...(texts[0] ? [texts[0].el] : []), ...row.sites.map((s) => s.el)],
      row.home,
      is_misplaced(row, n, texts[0], crowded),
      row.sites,
    ),
    title: !!(texts[0] && near(texts[0].el, "title") && inside(near(texts[0].el, "title"), row.home)),
    names: names(row),
    called: called(row, crowded ? null : row.home),
    options: leveled,
    tips: tips.of_rest(),
    y: boxOf(row.sites[0].el)[1],
  });
  sign.add(row.home.tagName + ":" + [...new Set(row.sites.map((s) => s.k + s.el.tagName))].sort().join("+"));
});
for (const m of markets.filter((m) => !m.used)) m.texts.forEach((t) => taken.delete(t));
for (const c of [...markets.filter((m) => m.used), ...columns]) {
  claim("head", ...c.texts);
  tokens.push({ t: "columns", of: c, at: c.at, parts: c.parts.map((p) => p.s) });
}
for (const o of options)
  if (head_options.has(o) || !holders.includes(o)) claim("switch", o, ...(parts_of.get(o) || []));
for (const o of options)
  if (head_options.has(o)) tokens.push({ t: "head", of: o, at: o.i, own: o.own, on: state(o.el) });
  else if (!holders.includes(o))
    tokens.push({ t: "switch", of: o, at: o.i, own: o.own, on: state(o.el), off: locked(o.el), y: boxOf(o.el)[1] });
const at_value = new Set(values.filter((v) => cut.some((c) => c.sites.includes(v))).map((v) => v.item));
for (const t of items)
  if (
    t.k === "text" &&
    !used.has(t) &&
    !taken.has(t) &&
    !belongs.has(t) &&
    !at_value.has(t) &&
    !claims.has(t.nodes[0])
  ) {
    claim("text", t);
    const pressed = near(t.el, "pressable");
    tokens.push({
      t: "text",
      of: t,
      at: t.i,
      s: t.s,
      title: !!near(t.el, "title") || beside(near(t.el, "cell")),
      strong: t.bold || is(t.el, "strong"),
      button: !!pressed && !near(t.el, "title"),
      tab: !!near(t.el, "tab"),
      head: !!near(t.el, "column_head") || (is_level(t) && !!near(t.el, "term")),
      alone: !!near(t.el, "row") && cells(near(t.el, "row")).length === 1,
      way: leads(t.el),
      heard: is_heard(t.el),
      above: has_rows_behind(t.el),
      pressed:
        !!pressed &&
        (pressed.getAttribute("aria-pressed") === "true" || pressed.getAttribute("aria-checked") === "true"),
      fold: state_of(t.el),
      signed: is_signed(t, true),
      led: is_signed(t, false),
      pieces: new Set(t.nodes.map((n) => n.parentNode)).size,
      off: !!near(t.el, "disabled"),
      where: where_is(t.el),
      chrome: is_tour(near(t.el, "tour")) || in_chrome(t.el),
      alert: !!near(t.el, "alert"),
      still: !!idle_pager(t.el),
      y: boxOf(t.el)[1],
    });
  }
// Whether a row comes behind an element, in the document and below it on the page.
function has_rows_behind(el) {
  return cut.some((row) => {
    const at = row.sites[0].el,
      order = el.compareDocumentPosition(at);
    if (boxOf(el)[1] >= boxOf(at)[1]) return false;
    return !!(order & Node.DOCUMENT_POSITION_DISCONNECTED) || !!(order & Node.DOCUMENT_POSITION_FOLLOWING);
  });
}
// Whether a text is followed by a sign in its own box, as a row is by its level, or has one before it: a small picture,
// a small box with paint, or a text without letters that parts nothing.
function is_signed(t, behind) {
  const beside = (el) => {
    const all = [...kids(el)],
      own = t.nodes.map((n) => all.indexOf(n)).filter((at) => at >= 0);
    return behind ? all.slice(Math.max(...own) + 1) : all.slice(0, Math.max(0, Math.min(...own)));
  };
  for (let n = t.el.nodeType === 1 ? t.el : up(t.el), i = 0; n && n !== document.body && i < 2; n = up(n), i++) {
    const rest = i === 0 ? beside(n).filter((k) => k.nodeType === 1) : [];
    const next = (k) => (behind ? k.nextElementSibling : k.previousElementSibling);
    for (let k = next(n); k; k = next(k)) rest.push(k);
    if (rest.length > 3 || rest.some((k) => /[\p{L}\p{N}]/u.test(words_of(k)))) return false;
    if (rest.some((k) => shown(k) && !is(k, "interactive") && is_sign(k))) return true;
    if (/^(table|flex|grid|block)/.test(getComputedStyle(n).display) && i > 0) return false;
  }
  return false;
}
function is_sign(el) {
  return (
    [el, ...all(el, "drawing")].some((k) => draws_sign(k) || SIGN.test(written_on(k))) || SIGN.test(clean(words_of(el)))
  );
}
function draws_sign(el) {
  const r = el.getBoundingClientRect(),
    style = getComputedStyle(el);
  const painted = is(el, "picture") || has_paint(style) || /url\(/.test(style.backgroundImage);
  return painted && !is(el, "interactive") && r.width >= 4 && r.width <= 64 && r.height >= 4 && r.height <= 64;
}
// What stands beside a row and is made like it: by box, tag and class, each once.
const kind_of_box = (el) => `${el.tagName} ${el.className}`;
const like_rows = (homes) => {
  const made = new Map();
  for (const home of homes) if (up(home)) made.set(up(home), (made.get(up(home)) || new Set()).add(kind_of_box(home)));
  return [...made].flatMap(([box, kinds]) =>
    [...kids(box)].filter((k) => k.nodeType === 1 && kinds.has(kind_of_box(k)) && !homes.has(k) && shown(k)),
  );
};
const picks = (row) =>
  row.sites.every((s) => s.k === "choice" && !choice(s.el).list.some((word) => LEVEL.has(fold(word))));
const homes = new Set(cut.filter((r) => !picks(r)).map((r) => r.home)),
  empty = new Set();
// labels are headings, so a heading alone may be a row
const headed = cut.some((r) => r.label && near(r.label.el, "title"));
const is_title = (s) => !headed && texts_in(s).length > 0 && texts_in(s).every((t) => near(t.el, "title"));
for (const s of like_rows(homes))
  if (
    !is_title(s) &&
    ![...markets, ...columns].some((c) => inside(c.row, s) || inside(s, c.row)) &&
    !cut.some((r) => inside(r.sites[0].el, s)) &&
    clean(words_of(s)) &&
    !(is(s, "row") && (cells(s).length === 1 || cells(s).every((c) => near(c, "column_head"))))
  )
    empty.add(s);
for (const t of all(document.body, "table"))
  if (shown(t) && +t.getAttribute("aria-rowcount") === -1) troubles.push("a table does not know how many rows it has");
const rows_stated = all(document.body, "table")
  .filter((t) => shown(t) && +t.getAttribute("aria-rowcount") > 0)
  .map((t) => +t.getAttribute("aria-rowcount"));
for (const t of all(document.body, "table").filter((t) => shown(t) && +t.getAttribute("aria-colcount") > 0)) {
  const inner = all(t, "cell").filter((c) => near(c, "table") === t),
    numbers = new Set(inner.map((c) => c.getAttribute("aria-colindex")).filter(Boolean));
  const drawn = numbers.size || Math.max(0, ...all(t, "row").map((r) => inner.filter((c) => inside(c, r)).length));
  if (+t.getAttribute("aria-colcount") > drawn)
    troubles.push(`a table of ${t.getAttribute("aria-colcount")} columns draws ${drawn}`);
}
tokens.sort((a, b) => a.at - b.at);
const parts = tokens.filter((t) => t.t === "row").map((t) => t.els);
// What the page as a whole is told as; with `row`, the elements of that row.
const answer = () => {
  if (row !== undefined)
    return (parts[row] || []).map((n) => (n && n.nodeType === 3 ? n.parentElement : n)).filter(Boolean);
  const left = leftovers();
  const pieces = explain && explained(left);
  tokens.forEach((t) => {
    delete t.els;
    delete t.of;
  });
  return {
    tokens,
    numbered: numbered(),
    hidden,
    busy,
    troubles,
    empty: [...empty].map((e) => clean(words_of(e)).slice(0, 80)),
    stated: rows_stated,
    moment,
    left,
    beyond,
    pieces,
    buttons: all(document.body, "button")
      .filter((b) => shown(b) && !near(b, "skip"))
      .map((b) => ({
        s: clean(b.getAttribute("label") || b.getAttribute("aria-label") || words_of(b) || b.value),
        off: b.matches(":disabled") || !!near(b, "disabled"),
      })),
    shape: [...sign].sort(),
    language: document.documentElement.lang,
    title: document.title,
  };
};
