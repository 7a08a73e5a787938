// The first reading of a permission grid: one walk through the visible document, shadow roots and slots included.
// Takes {css, words, places, on, off, languages, captions, row}; where `row` is a number, gives the elements of that row instead: home, label, controls. Else gives tokens in document order: titles, texts, column heads, rows, switches. It judges nothing.
({ css, words, places, on, off, languages, captions, row }) => {
  const { moment } = globalThis[Symbol.for("rest")].seen();
  const LEVEL = new Set(words), PLACE = new Set(places), ON = new Set(on), OFF = new Set(off);
  const clean = (s) => (s || "").replace(/[\s\u00a0\u200b]+/g, " ").trim();
  // Nothing changes during the walk, so what was asked once is remembered.
  const once = (make) => { const known = new Map(); return (key) => { if (!known.has(key)) known.set(key, make(key)); return known.get(key); }; };
  const fold = once((s) => clean(s).replace(/[:：]$/, "").trim().toLowerCase());
  const rules = once((rule) => once((el) => el.matches(css[rule])));
  const is = (el, rule) => el.nodeType === 1 && rules(rule)(el);
  const up = (n) => n.assignedSlot || (n.parentNode instanceof ShadowRoot ? n.parentNode.host : n.parentNode);
  const nearest = once((rule) => { const above = once((n) => (is(n, rule) ? n : near(up(n), rule))); return above; });
  const near = (n, rule) => (n && n.nodeType === 1 ? nearest(rule)(n) : null);
  const kids = (n) => n.tagName === "SLOT" && n.assignedNodes().length ? n.assignedNodes({ flatten: true }) : (n.shadowRoot || n).childNodes;
  // Where each element begins and ends in the order of reading: inside a box is what begins between the box's two numbers.
  const place = new Map();
  const number = (n) => { const mine = [place.size, 0]; place.set(n, mine); for (const k of kids(n)) if (k.nodeType === 1) number(k); mine[1] = place.size; };
  number(document.body);
  const climbs = (n, box) => { for (; n; n = up(n)) if (n === box) return true; return false; };
  const inside = (n, box) => { const a = place.get(n), b = place.get(box); return a && b ? b[0] <= a[0] && a[0] < b[1] : climbs(n, box); };
  const shown = once((el) => el.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: false }));
  const boxOf = (el) => { const r = el.getBoundingClientRect(); return [r.left + scrollX, r.top + scrollY, r.right + scrollX, r.bottom + scrollY]; };
  const all = (box, rule) => { const out = []; const go = (n) => { for (const k of kids(n)) if (k.nodeType === 1) { if (is(k, rule)) out.push(k); go(k); } }; go(box); return out; };
  const words_of = (n) => n.nodeType === 3 ? n.data : n.nodeType === 1 && !is(n, "skip") && n.getAttribute("aria-hidden") !== "true" ? [...kids(n)].map(words_of).join(" ") : "";

  const choice = (el) => {
    const id = el.getAttribute("aria-controls") || el.getAttribute("aria-owns"), root = el.getRootNode(), mine = id && root.querySelectorAll(`[aria-controls~="${CSS.escape(id)}"], [aria-owns~="${CSS.escape(id)}"]`).length === 1;
    const list_of_it = mine && root.getElementById(id), kept = globalThis[Symbol.for("lists")].of(el);
    if (kept) return { list: kept.map((o) => o.s), chosen: kept.filter((o) => o.on).map((o) => o.s), shows: clean(words_of(el)) };
    const opts = [...(el.options || []), ...all(el, "choice_option"), ...el.querySelectorAll(css.choice_option), ...(list_of_it ? all(list_of_it, "choice_option") : [])];
    let list = [...new Set(opts)].map((o) => ({ s: clean(o.getAttribute("label") || words_of(o)), v: o.getAttribute("value") ?? o.value, on: !!o.selected || o.getAttribute("aria-selected") === "true", dis: o.disabled === true || o.hasAttribute("disabled") }));
    try { if (!list.length && el.getAttribute("options")) list = JSON.parse(el.getAttribute("options")).map((o) => ({ s: clean(o.name || o.label || o.text), v: String(o.value), on: false })); } catch { list = []; }
    const value = el.getAttribute("value") ?? el.value, head = all(el, "choice_shown")[0];
    const shows = el.tagName === "SELECT" ? "" : clean(head ? words_of(head) : el.getAttribute("role") || is(el, "opens_list") ? words_of(el) : "");
    let chosen = list.filter((o) => o.on);
    if (el.tagName !== "SELECT" && !chosen.length && value != null) chosen = list.filter((o) => o.v === value);
    return { list: list.map((o) => o.s), chosen: chosen.map((o) => o.s), shows };
  };
  const is_language_picker = (el) => { const { list } = choice(el); return list.length > 1 && list.every((s) => languages.some((name) => fold(s).split(/[\s(\-–]/)[0] === name)); };

  // 1. The visible document as a list of texts and controls.
  const items = [], hidden = [], troubles = [];
  let busy = 0;
  const block = (el) => (el && el.nodeType === 1 ? blocks(el) : el);
  const blocks = once((el) => (/^(inline|contents)/.test(getComputedStyle(el).display) ? block(up(el)) : el));
  const kind_of = (el) => (is(el, "pressed") && LEVEL.has(fold(words_of(el))) ? "radio" : "") || ["switch", "radio", "checkbox", "choice"].find((k) => is(el, k)) || (is(el, "other_control") ? "other" : "");
  const out_of_reach = (el) => { const b = boxOf(el); return b[2] <= 0 && b[2] > b[0] && b[3] > b[1]; }; // left of the page: no scrolling leads there
  const has_row = (el) => { // a control and a text that names it; a text alone may be a title for those who cannot see
    const says = (n) => n.nodeType === 3 ? !!clean(n.data) && !LEVEL.has(fold(n.data)) : n.nodeType === 1 && !is(n, "skip") && [...kids(n)].some(says);
    return all(el, "hidden_field").concat(all(el, "choice")).length > 0 && says(el);
  };
  const label_shown = (el) => [...(el.labels || [])].some(shown);
  const visit = (n, within = false) => {
    if (n.nodeType === 3) return text(n);
    if (n.nodeType !== 1 || is(n, "skip")) return;
    const kind = within ? "" : kind_of(n);
    if (within && kind_of(n)) return;
    if (kind === "choice" && is_language_picker(n)) return;
    const seen = shown(n) || getComputedStyle(n).display === "contents";
    if ((!seen && !(kind && label_shown(n))) || (!kind && out_of_reach(n) && has_row(n))) {
      if (!kind && getComputedStyle(n).visibility !== "visible" && getComputedStyle(n).display !== "none") [...kids(n)].forEach((kid) => visit(kid, within));
      else for (const el of [n, ...all(n, "hidden_field")]) if (is(el, "hidden_field")) hidden.push(hidden_label(el));
      return;
    }
    if (is(n, "busy")) busy += 1;
    if (is(n, "alert")) alert(n);
    if (is(n, "filter") && clean(n.value)) troubles.push(`the list is searched for ${clean(n.value).slice(0, 40)}`);
    if (kind) { items.push({ k: kind, el: n, i: items.length }); if (kind !== "radio" && kind !== "checkbox" && kind !== "switch") return; if (n.tagName === "INPUT") return; }
    if (n.tagName === "IMG" || (n.tagName === "svg" && n.getAttribute("aria-label"))) return image(n);
    [...kids(n)].forEach((kid) => visit(kid, within || !!kind));
  };
  const text = (n) => {
    const s = clean(n.data), el = n.parentElement || n.parentNode.host;
    if (!s || el.closest("[aria-hidden=true]")) return;
    const home = block(el), bold = +getComputedStyle(el).fontWeight >= 600;
    const put = (s) => items.push({ k: "text", s, el, home, bold, stop: true, i: items.length });
    const line = s.match(/^(.+?)\s*[:：–—]\s*([^:：–—]+)$/); // "Payments: View" in one piece
    if (line && LEVEL.has(fold(line[2])) && !LEVEL.has(fold(line[1]))) { put(line[1]); put(line[2]); return; }
    const last = items[items.length - 1];
    if (last && last.k === "text" && last.home === home && last.bold === bold && !last.stop && same_line(last, n)) { last.s = clean(last.s + (/^\s/.test(n.data) || last.gap || last.el !== el ? " " : "") + s); last.gap = /\s$/.test(n.data); return; }
    items.push({ k: "text", s, el, home, bold, gap: /\s$/.test(n.data), i: items.length });
  };
  const same_line = (last, n) => { const el = n.parentElement || n.parentNode.host; return near(last.el, "cell") === near(el, "cell") && near(last.el, "title") === near(el, "title") && near(last.el, "pressable") === near(el, "pressable") && !LEVEL.has(fold(last.s)) && !LEVEL.has(fold(n.data)); };
  const image = (n) => { const s = clean(n.getAttribute("alt") || n.getAttribute("aria-label")); if (s) items.push({ k: "text", s, el: n, home: n, bold: false, stop: true, i: items.length }); };
  const alert = (n) => { // its words may stand in attributes alone
    const s = clean([n.getAttribute("header"), n.getAttribute("description"), words_of(n)].join(" "));
    if (s && is(n, "trouble")) troubles.push(s.slice(0, 200));
    if (n.hasAttribute("header") || n.hasAttribute("description")) items.push({ k: "text", s, el: n, home: n, bold: false, stop: true, i: items.length });
  };
  const hidden_label = (el) => {
    const texts = (n) => (n.nodeType === 3 ? [clean(n.data)] : n.nodeType === 1 && !is(n, "skip") ? [...kids(n)].flatMap(texts) : []);
    let n = up(el);
    for (let i = 0; n && n.nodeType === 1 && i < 8; n = up(n), i++) { const said = texts(n).filter((s) => s && !LEVEL.has(fold(s))); if (said.length) return said.join(" ").slice(0, 120); }
    return "";
  };
  visit(document.body);
  const said = items.filter((i) => i.k === "text"), sorted = said.filter((t) => place.has(t.el)).sort((a, b) => place.get(a.el)[0] - place.get(b.el)[0]);
  const from = (at) => { let low = 0, high = sorted.length; while (low < high) { const mid = (low + high) >> 1; if (place.get(sorted[mid].el)[0] < at) low = mid + 1; else high = mid; } return low; };
  const texts_in = once((box) => {
    const own = place.get(box);
    return (own && sorted.length === said.length ? sorted.slice(from(own[0]), from(own[1])) : said.filter((t) => inside(t.el, box))).sort((a, b) => a.i - b.i);
  });

  // 2. Options (radios and the like) with what each says about itself.
  const named_by = (el) => (el.getAttribute("aria-labelledby") || "").split(/\s+/).map((id) => id && el.getRootNode().getElementById(id)).filter(Boolean).map(words_of).join(" ");
  const own_words = (el) => {
    const out = [el.getAttribute("aria-label"), named_by(el)];
    const inner = el.tagName === "INPUT" ? el : all(el, "radio").concat(all(el, "checkbox")).find((x) => x.tagName === "INPUT");
    for (const label of (inner && inner.labels) || []) out.push(words_of(label));
    if (inner && inner !== el) out.push(inner.getAttribute("aria-label"));
    if (el.tagName !== "INPUT") { if (el.getAttribute("label")) out.push(el.getAttribute("label")); out.push(words_of(el)); }
    if (!out.some(clean)) out.push((inner && inner.title) || el.title);
    return [...new Set(out.map(clean).filter(Boolean))];
  };
  const state = (el) => {
    const inner = el.tagName === "INPUT" ? null : all(el, "radio").concat(all(el, "checkbox")).find((x) => x.tagName === "INPUT");
    if (el.tagName === "INPUT") return el.indeterminate ? null : el.checked;
    if (inner) return inner.checked;
    const aria = el.getAttribute("aria-checked") ?? (is(el, "pressed") ? el.getAttribute("aria-pressed") : null);
    return aria !== null ? (aria === "true" ? true : aria === "false" ? false : null) : el.checked === true || (el.hasAttribute("checked") && el.getAttribute("checked") !== "false");
  };
  const locked = (el) => { const inner = all(el, "radio").concat(all(el, "checkbox"))[0]; return (inner && inner.matches(":disabled")) || el.matches(":disabled") || !!near(el, "disabled"); };
  const key_of = (el) => { const inner = el.tagName === "INPUT" ? el : all(el, "radio").find((x) => x.name) || el; return inner.name || el.getAttribute("name") || near(up(el), "group") || null; };
  const options = items.filter((i) => ["radio", "checkbox", "choice", "switch"].includes(i.k));
  for (const o of options) Object.assign(o, { own: own_words(o.el), key: key_of(o.el) });
  const belongs = new Map(); // text item -> the option whose label it is part of
  const labelled = new Map();
  for (const o of options) for (const id of new Set((o.el.getAttribute("aria-labelledby") || "").split(/\s+/))) labelled.set(id, (labelled.get(id) || 0) + 1);
  for (const o of options) {
    const inner = o.el.tagName === "INPUT" ? o.el : all(o.el, "radio").find((x) => x.tagName === "INPUT");
    const ids = (o.el.getAttribute("aria-labelledby") || "").split(/\s+/);
    const named = ids.filter((id) => id && labelled.get(id) === 1);
    const homes = [o.el, ...((inner && inner.labels) || []), ...named.map((id) => o.el.getRootNode().getElementById(id)).filter(Boolean)];
    for (const t of homes.flatMap(texts_in)) if (!(LEVEL.has(fold(t.s)) && t.el.closest && near(t.el, "column_head"))) belongs.set(t, o);
  }
  // How an input that is not displayed looks to people: all that stands for it and for no other option, as a number.
  const LOOK = ["color", "backgroundColor", "backgroundImage", "borderTopColor", "borderTopStyle", "borderTopWidth", "boxShadow", "content", "display", "fill", "filter", "fontWeight", "opacity", "outlineColor", "outlineStyle", "stroke", "textDecorationLine", "transform", "visibility"];
  const look_of = (o) => {
    const input = o.el.tagName === "INPUT" ? o.el : null, label = input && !shown(input) && [...(input.labels || [])].find(shown);
    if (!label) return 0;
    const alone = (el) => { let n = el; while (up(n) && up(n) !== document.body && !options.some((x) => x !== o && [x.el, ...(x.el.labels || [])].some((y) => inside(y, up(n))))) n = up(n); return n; };
    const boxes = [alone(label), alone(input), input.nextElementSibling].filter((el) => el && (el.tagName !== "LABEL" || el.control === input));
    const parts = [...new Set(boxes.flatMap((el) => [el, ...el.querySelectorAll("*")]))].filter((el) => el !== input);
    const looks = parts.flatMap((el) => [null, "::before", "::after"].map((part) => { const style = getComputedStyle(el, part); return LOOK.map((name) => style[name]).join(); })).join("|");
    return [...looks].reduce((hash, c) => (hash * 31 + c.charCodeAt(0)) | 0, 7) || 1;
  };
  const is_level = (t) => t.k === "text" && LEVEL.has(fold(t.s));

  const free = items.filter((t) => !belongs.has(t)), worded = new Set();
  const behind = (o, i) => {
    const t = free[i + 1];
    const apart = (o.k !== "radio" && o.k !== "checkbox") || !t || t.k !== "text" || near(t.el, "row") !== near(o.el, "row") || near(t.el, "column_head") || near(t.el, "pressable");
    return apart || (i && is_level(free[i - 1]) && !belongs.has(free[i - 1])) ? null : t; // words may stand before their controls
  };
  const name_by = (o, t) => { belongs.set(t, o); worded.add(o.key); if (!o.own.some((said) => fold(said) === fold(t.s))) o.own.push(t.s); };
  // A level's word right behind a control is its label, whatever else it is called; so is any other where its mates have such a word.
  free.forEach((o, i) => { const t = behind(o, i); if (t && is_level(t)) name_by(o, t); });
  free.forEach((o, i) => { const t = o.key && worded.has(o.key) && behind(o, i); if (t && !belongs.has(t)) name_by(o, t); });

  // 3. Heads: places (marketplaces) side by side, and level words side by side, or a table row of them, without controls.
  const is_place = (t) => t.k === "text" && PLACE.has(fold(t.s.replace(/\s*\([A-Z]{2}\)$/, "")));
  const markets = [], columns = [], taken = new Set();
  const cells = once((row) => [...kids(row)].filter((c) => c.nodeType === 1 && shown(c)));
  const span = (cell, prop) => +cell[prop] || +cell.getAttribute("aria-" + prop.toLowerCase()) || 1;
  // Which columns of its table each cell takes, and how many its row has, heads that span rows counted.
  const lay = once((table) => {
    const laid = new Map();
    let held = [];
    for (const row of all(table, "row").filter((r) => near(up(r), "table") === table && shown(r))) {
      const next = [];
      let at = 0;
      const skip = () => { for (; held[at]; at++) next[at] = held[at] - 1; };
      for (const cell of cells(row)) {
        skip();
        const to = at + span(cell, "colSpan"), more = span(cell, "rowSpan") - 1;
        laid.set(cell, [at, to]);
        while (at < to) next[at++] = more;
      }
      skip();
      laid.set(row, [0, at]);
      held = next;
    }
    return laid;
  });
  const slot = (row, cell) => { const laid = near(row, "table") && lay(near(row, "table")).get(cell); return laid || (cell === row ? [0, cells(row).length] : [cells(row).indexOf(cell), cells(row).indexOf(cell) + 1]); };
  const head_from = (heads, row, texts) => {
    const own = (el) => clean(texts_in(el).filter((t) => !near(t.el, "pressable")).map((t) => t.s).join(" ")) || clean(words_of(el)); // without its help buttons
    const parts = cells(row).map((el) => ({ s: own(el), box: boxOf(el), slot: slot(row, el) }));
    heads.push({ row, table: near(row, "table"), parts, wide: slot(row, row)[1], at: texts[0].i, texts });
  };
  const row_has_option = (row) => options.some((o) => inside(o.el, row) && !near(o.el, "column_head"));
  const side_by_side = (t, like) => {
    const next = items[t.i + 1];
    if (!next || !like(next) || belongs.has(next)) return null;
    let box = up(t.el); while (!inside(next.el, box)) box = up(box);
    return texts_in(box).length < 9 && !row_has_option(box) ? box : null;
  };
  for (const t of said.filter((t) => is_place(t) && !belongs.has(t) && !near(t.el, "pressable") && !near(t.el, "tab"))) {
    const row = near(t.el, "row") || side_by_side(t, is_place);
    if (!row || markets.some((m) => m.row === row) || row_has_option(row)) continue;
    const parts = cells(row), rest = texts_in(row).filter((x) => !inside(x.el, parts[0]));
    if (parts.length > 1 && rest.length && (parts.every((c) => near(c, "column_head")) || rest.every(is_place))) head_from(markets, row, texts_in(row));
  }
  const is_market_row = (row) => markets.some((m) => m.row === row);
  const one_each = (row) => markets.some((m) => m.row !== row && m.wide === slot(row, row)[1] && m.table === near(row, "table") && m.parts.every((p) => p.slot[1] - p.slot[0] === 1));
  const loose = items.filter((t) => is_level(t) && !belongs.has(t));
  for (const t of loose) {
    if (columns.some((c) => c.texts.includes(t))) continue;
    const row = near(t.el, "row") || side_by_side(t, is_level);
    if (row && !row_has_option(row) && !one_each(row) && texts_in(row).filter(is_level).length > 1) head_from(columns, row, texts_in(row));
  }
  const in_cells = (row) => new Set(options.filter((o) => inside(o.el, row)).map((o) => cells(row).find((c) => inside(o.el, c))));
  for (const row of all(document.body, "row")) { // heads in words that nobody knows are heads all the same, where controls stand under them
    const parts = cells(row), texts = parts.length > 2 && parts.every((c) => near(c, "column_head")) ? texts_in(row) : [];
    if (texts.length > 1 && !row_has_option(row) && !is_market_row(row) && !columns.some((c) => c.row === row)
      && all(near(row, "table") || document.body, "row").some((r) => cells(r).length === parts.length && in_cells(r).size > 1)) head_from(columns, row, texts);
  }
  columns.sort((a, b) => a.at - b.at);
  for (const head of [...markets, ...columns]) head.texts.forEach((t) => taken.add(t));
  const is_head = (row) => is_market_row(row) || columns.some((c) => c.row === row);
  const head_options = new Set(options.filter((o) => columns.some((c) => inside(o.el, c.row))));

  // 4. Rows: the smallest container of a control (or of a level word, or of a table row under column heads) that holds a label.
  const plain = (t) => t.k === "text" && !belongs.has(t) && !is_level(t) && !is_place(t) && !taken.has(t) && !ON.has(fold(t.s)) && !OFF.has(fold(t.s)) && !captions.includes(fold(t.s));
  const sides = once((table) => all(table, "cell").filter((c) => c.rowSpan > 1 && !is_head(near(c, "row"))).map((c) => boxOf(c)[0])); // where cells stand that go on beside several rows
  const beside = once((cell) => { // a section beside its rows, each of which says more
    const row = cell && near(cell, "row"), table = row && near(row, "table");
    return !!table && sides(table).some((left) => Math.abs(left - boxOf(cell)[0]) < 2) && cells(row).some((c) => c !== cell && texts_in(c).some(plain));
  });
  const is_label = (t) => plain(t) && !beside(near(t.el, "cell"));
  const has_label = once((box) => texts_in(box).some(is_label));
  const by_key = once((key) => options.filter((x) => x.key === key));
  const mates = once((o) => (o.key ? by_key(o.key).filter((x) => x.el.getRootNode() === o.el.getRootNode()) : []));
  const home_of = (o) => {
    const row = near(o.el, "row");
    if (row && has_label(row)) return row;
    let box = o.item ? o.el : up(o.el);
    for (; box && box !== document.body; box = up(box)) if (has_label(box) && (!o.el || mates(o).every((m) => inside(m.el, box)))) break;
    return (box && beside_group(box)) || box || document.body;
  };
  const beside_group = (box) => { // where a text stands before a group and its title, both name the row
    if (!is(box, "group")) return null;
    const first = texts_in(box)[0].i;
    for (let b = up(box); b && b !== document.body && options.every((x) => !inside(x.el, b) || inside(x.el, box)); b = up(b))
      if (texts_in(b).some((t) => is_label(t) && t.i < first && !near(t.el, "title") && !near(t.el, "pressable"))) return b;
    return null;
  };
  const holders = options.filter((o) => !head_options.has(o) && (o.k !== "switch" && (o.k !== "checkbox" || o.own.some((w) => LEVEL.has(fold(w))) || near(o.el, "row"))));
  const values = loose.filter((t) => !taken.has(t) && !near(t.el, "pressable") && !near(t.el, "column_head") && !near(t.el, "term")).map((t) => ({ k: "value", el: t.el, item: t, key: null, own: [t.s] }));
  const marked = new Set([...holders, ...values].map((o) => near(o.el, "row")).filter(Boolean));
  const bare = all(document.body, "row").filter((r) => shown(r) && !marked.has(r) && cells(r).length > 1 && !is_head(r)
    && columns.some((c) => c.table && c.table === near(r, "table")) && has_label(r));
  const sites = [...holders, ...values, ...bare.map((r) => ({ k: "bare", el: r, home: r, own: [] }))];
  for (const s of sites) s.home = s.home || home_of(s);
  const cell_of = (s) => { const row = near(s.el, "row") || s.home, cell = cells(row).find((c) => inside(s.el, c)); return cell ? { row, cell } : null; };
  const heads_for = (heads, s) => { // the last ones before it, of its own table if that has any
    const table = near(s.el, "table");
    return heads.findLast((h) => h.at < where(s) && (!h.table || h.table === table || ![...columns, ...markets].some((d) => d.table && d.table === table)));
  };
  const part_over = (head, s) => {
    if (!head) return null;
    const own = cell_of(s), wide = own && slot(own.row, own.row)[1];
    if (own && wide > 1 && wide === head.wide) {
      const [from, to] = slot(own.row, own.cell);
      return head.parts.find((p) => p.slot[0] <= from && to <= p.slot[1]);
    }
    const b = box_seen(s.el), x = (b[0] + b[2]) / 2, hit = head.parts.filter((p) => p.box[0] <= x && x <= p.box[2]);
    return hit.length === 1 && head.parts.every((p, i, a) => !i || p.box[0] >= a[i - 1].box[2] - 1) ? hit[0] : null;
  };
  const box_seen = (el) => { const label = !el.getClientRects().length && [...(el.labels || [])].find(shown); return boxOf(label || el); };
  const repeats = (head) => { const levels = head.parts.map((p) => fold(p.s)).filter((w) => LEVEL.has(w)); return new Set(levels).size < levels.length; };
  const group_name = (el) => {
    const group = near(up(el), "group"), by = group && group.getAttribute("aria-labelledby"), named = by && group.getRootNode().getElementById(by);
    const said = group ? clean(group.getAttribute("aria-label") || (named && words_of(named))) : "";
    return PLACE.has(fold(said)) ? said : "";
  };
  const over = (s) => { // the column's head, and the marketplace above that, or beside the control
    const level = heads_for(columns, s), market = heads_for(markets, s);
    const apart = level && market && level.at > market.at && !repeats(level) && sites.some((x) => market.at < where(x) && where(x) < level.at);
    const place = apart ? null : part_over(market, s);
    if (place) market.used = true;
    return { column: (part_over(level, s) || { s: "" }).s, over: place ? place.s : s.beside ? s.beside.s : group_name(s.el) };
  };
  const where = (s) => (s.at ??= s.item ? s.item.i : s.k === "bare" ? items.findIndex((i) => inside(i.el, s.el)) : s.i);
  const cut = []; // rows: a home, and the slice of items in it up to the next label
  for (const s of sites.sort((a, b) => where(a) - where(b))) {
    const last = cut[cut.length - 1];
    const between = last && items.slice(where(last.sites[last.sites.length - 1]) + 1, where(s)).some(is_label);
    if (last && last.home === s.home && s.k !== "bare" && (near(s.el, "row") === s.home || !between)) last.sites.push(s);
    else cut.push({ home: s.home, sites: [s] });
  }

  // 5. Tokens.
  const mark = (s) => (ON.has(fold(s)) ? true : OFF.has(fold(s)) || !s ? false : null);
  const marked_in = (cell) => {
    const sign = cell.querySelector("[aria-label], [alt], [title]"), said = clean(words_of(cell)) || clean(sign && (sign.getAttribute("aria-label") || sign.getAttribute("alt") || sign.getAttribute("title")));
    return { on: !said && cell.querySelector("svg, i, img, kat-icon") ? null : mark(said), shows: said };
  };
  const options_of = (row) => row.sites.flatMap((s) => {
    if (s.k === "bare") return cells(s.el).map((el) => ({ el, at: where(s), home: s.el })).map((c) => ({ c, above: over(c) })).filter(({ above }) => LEVEL.has(fold(above.column)))
      .map(({ c, above }) => ({ own: [], ...above, ...marked_in(c.el), off: true, mark: true }));
    const above = over(s);
    if (s.k === "value") return [{ own: s.own, ...above, on: true, off: true, text: true }];
    if (s.k === "choice") return [{ ...choice(s.el), own: s.own, ...above, column: "", on: true, off: locked(s.el), choice: true }];
    return [{ own: s.own.length ? s.own : words_beside(s), ...above, on: state(s.el), off: locked(s.el), look: look_of(s) }];
  });
  const words_beside = (s) => { // a nameless control is called what else its cell says, if that is no explanation
    const cell = near(s.el, "cell"), row = cell && near(cell, "row"), said = row ? texts_in(cell).filter(plain).map((t) => t.s).join(" ") : "";
    return said && said.length <= 40 && cells(row).some((c) => c !== cell && texts_in(c).some(plain)) ? [said] : [];
  };
  const names = (row) => [...new Set(row.sites.flatMap((s) => [s.el.getAttribute("name"), s.el.id, ...all(s.el, "radio").flatMap((x) => [x.name, x.id])]).flatMap((n) => (n || "").match(new RegExp(css.role_name, "g")) || []))];
  const called = (row, box) => { // what names the row besides the text it begins with
    const named = [box, ...row.sites.map((s) => near(up(s.el), "group")), ...row.sites.filter((s) => s.k === "choice").map((s) => s.el)].filter(Boolean);
    const legend = (el) => [...el.children].find((c) => c.tagName === "LEGEND");
    const said = [...new Set(named)].flatMap((el) => [el.getAttribute("aria-label"), named_by(el), el.getAttribute("label"), legend(el) && words_of(legend(el)), ...[...(el.labels || [])].map(words_of)]);
    return [...new Set(said.map(clean).filter(Boolean))];
  };
  const used = new Set(), tokens = [], sign = new Set();
  const start = (row, n) => { const from = n ? where(cut[n - 1].sites[cut[n - 1].sites.length - 1]) + 1 : 0; return near(row.sites[0].el, "row") === row.home || row.sites[0].k === "bare" ? 0 : from; };
  cut.forEach((row, n) => {
    const end = row.home === near(row.sites[0].el, "row") ? items.length : n + 1 < cut.length ? where(cut[n + 1].sites[0]) : items.length;
    let texts = items.slice(start(row, n), end).filter((t) => is_label(t) && !used.has(t) && inside(t.el, row.home));
    const first = where(row.sites[0]), before = texts.filter((t) => t.i < first);
    const crowded = cut.some((r) => r !== row && inside(r.sites[0].el, row.home));
    if (crowded) texts = before;
    if (crowded && texts.length > 1) { const i = texts.findLastIndex((t) => is(t.el, "title") || near(t.el, "title")); texts = texts.slice(i + 1); }
    texts.forEach((t) => used.add(t));
    for (const s of row.sites) { // a marketplace that is named beside the control, after the label
      const place = items.slice(texts[0] ? texts[0].i : first, where(s)).findLast((t) => is_place(t) && !taken.has(t) && inside(t.el, row.home));
      if (place) { s.beside = place; used.add(place); }
    }
    const label = texts[0] ? texts[0].s : "";
    row.label = texts[0];
    tokens.push({ t: "row", els: [crowded ? null : row.home, texts[0] && texts[0].el, ...row.sites.map((s) => s.el)], at: texts[0] ? texts[0].i : first, label, more: texts.slice(1).map((x) => x.s).join(" "), title: !!(texts[0] && near(texts[0].el, "title") && inside(near(texts[0].el, "title"), row.home)), names: names(row), called: called(row, crowded ? null : row.home), options: options_of(row), y: boxOf(row.sites[0].el)[1] });
    sign.add(row.home.tagName + ":" + [...new Set(row.sites.map((s) => s.k + s.el.tagName))].sort().join("+"));
  });
  for (const m of markets.filter((m) => !m.used)) m.texts.forEach((t) => taken.delete(t));
  for (const c of [...markets.filter((m) => m.used), ...columns]) tokens.push({ t: "columns", at: c.at, parts: c.parts.map((p) => p.s) });
  for (const o of options) if (head_options.has(o)) tokens.push({ t: "head", at: o.i, own: o.own, on: state(o.el) });
    else if (!holders.includes(o)) tokens.push({ t: "switch", at: o.i, own: o.own, on: state(o.el), off: locked(o.el), y: boxOf(o.el)[1] });
  for (const t of items) if (t.k === "text" && !used.has(t) && !taken.has(t) && !belongs.has(t) && !values.some((v) => v.item === t && cut.some((c) => c.sites.includes(v))) && !bare.some((r) => inside(t.el, r)))
    tokens.push({ t: "text", at: t.i, s: t.s, title: !!near(t.el, "title") || beside(near(t.el, "cell")), strong: t.bold || is(t.el, "strong"), button: !!near(t.el, "pressable") && !near(t.el, "title"), tab: !!near(t.el, "tab"), head: !!near(t.el, "column_head") || (is_level(t) && !!near(t.el, "term")), alone: !!near(t.el, "row") && cells(near(t.el, "row")).length === 1, y: boxOf(t.el)[1] });
  const sibling_of = (el) => [...(up(el) ? kids(up(el)) : [])].filter((k) => k.nodeType === 1 && k !== el && k.tagName === el.tagName && k.className === el.className && shown(k));
  const picks = (row) => row.sites.every((s) => s.k === "choice" && !choice(s.el).list.some((word) => LEVEL.has(fold(word))));
  const homes = new Set(cut.filter((r) => !picks(r)).map((r) => r.home)), empty = new Set();
  const headed = cut.some((r) => r.label && near(r.label.el, "title")); // labels are headings, so a heading alone may be a row
  const is_title = (s) => !headed && texts_in(s).length > 0 && texts_in(s).every((t) => near(t.el, "title"));
  for (const home of homes) for (const s of sibling_of(home)) if (!homes.has(s) && !is_title(s) && ![...markets, ...columns].some((c) => inside(c.row, s) || inside(s, c.row)) && !cut.some((r) => inside(r.sites[0].el, s)) && clean(words_of(s)) && !(is(s, "row") && (cells(s).length === 1 || cells(s).every((c) => near(c, "column_head"))))) empty.add(s);
  const rows_stated = all(document.body, "table").filter((t) => shown(t) && +t.getAttribute("aria-rowcount") > 0).map((t) => +t.getAttribute("aria-rowcount"));
  tokens.sort((a, b) => a.at - b.at);
  const parts = tokens.filter((t) => t.t === "row").map((t) => t.els);
  if (row !== undefined) return (parts[row] || []).map((n) => (n && n.nodeType === 3 ? n.parentElement : n)).filter(Boolean);
  tokens.forEach((t) => delete t.els);
  return { tokens, hidden, busy, troubles, empty: [...empty].map((e) => clean(words_of(e)).slice(0, 80)), stated: rows_stated, moment,
    buttons: all(document.body, "button").filter((b) => shown(b) && !near(b, "skip")).map((b) => ({ s: clean(b.getAttribute("label") || b.getAttribute("aria-label") || words_of(b) || b.value), off: b.matches(":disabled") || !!near(b, "disabled") })),
    shape: [...sign].sort(), language: document.documentElement.lang, title: document.title };
}
