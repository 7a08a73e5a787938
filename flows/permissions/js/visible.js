// The visible document as a list of texts and controls: `items`, each with the nodes it was made of.
const choice = (el) => {
  const id = el.getAttribute("aria-controls") || el.getAttribute("aria-owns"),
    root = el.getRootNode(),
    mine =
      id &&
      root.querySelectorAll(`[aria-controls~="${CSS.escape(id)}"], [aria-owns~="${CSS.escape(id)}"]`).length === 1;
  const list_of_it = mine && root.getElementById(id),
    kept = globalThis[Symbol.for("lists")].of(el);
  if (kept)
    return { list: kept.map((o) => o.s), chosen: kept.filter((o) => o.on).map((o) => o.s), shows: clean(words_of(el)) };
  const opts = [
    ...(el.options || []),
    ...all(el, "choice_option"),
    ...el.querySelectorAll(css.choice_option),
    ...(list_of_it ? all(list_of_it, "choice_option") : []),
  ];
  let list = [...new Set(opts)].map((o) => ({
    s: clean(
      `${(o.parentNode.localName === "optgroup" && o.parentNode.label) || ""} ${o.getAttribute("label") || words_of(o)}`,
    ),
    v: o.getAttribute("value") ?? o.value,
    on: !!o.selected || o.getAttribute("aria-selected") === "true",
    dis: o.disabled === true || o.hasAttribute("disabled"),
  }));
  try {
    if (!list.length && el.getAttribute("options"))
      list = JSON.parse(el.getAttribute("options")).map((o) => ({
        s: clean(o.name || o.label || o.text),
        v: String(o.value),
        on: false,
      }));
  } catch {
    list = [];
  }
  const value = el.getAttribute("value") ?? el.value,
    head = all(el, "choice_shown")[0];
  const shows =
    el.tagName === "SELECT"
      ? ""
      : clean(head ? words_of(head) : el.getAttribute("role") || is(el, "opens_list") ? words_of(el) : "");
  let chosen = list.filter((o) => o.on);
  if (el.tagName !== "SELECT" && !chosen.length && value != null) chosen = list.filter((o) => o.v === value);
  return { list: list.map((o) => o.s), chosen: chosen.map((o) => o.s), shows };
};
const is_language_picker = (el) => {
  const { list } = choice(el);
  return list.length > 1 && list.every((s) => languages.some((name) => fold(s).split(/[\s(\-–]/)[0] === name));
};
const items = [],
  hidden = [],
  troubles = [],
  furniture = [],
  beyond = [];
let busy = 0;
const wraps = (el) =>
  clean(words_of(el)).length > 60 ||
  all(el, "cell").length > 1 ||
  all(el, "radio").length > 0 ||
  all(el, "choice").length > 0; // "nested-loading" is a class of wrappers that are always there
const block = (el) => (el && el.nodeType === 1 ? blocks(el) : el);
const blocks = once((el) => (/^(inline|contents)/.test(getComputedStyle(el).display) ? block(up(el)) : el));
const kind_of = (el) =>
  (is(el, "pressed") && LEVEL.has(fold(words_of(el))) ? "radio" : "") ||
  ["switch", "radio", "checkbox", "choice"].find((k) => is(el, k)) ||
  (is(el, "other_control") ? "other" : "");
const out_of_reach = (el) => {
  const b = boxOf(el);
  return b[2] <= 0 && b[2] > b[0] && b[3] > b[1];
}; // left of the page: no scrolling leads there
const has_row = (el) => {
  // a control and a text that names it; a text alone may be a title for those who cannot see
  const says = (n) =>
    n.nodeType === 3
      ? !!clean(n.data) && !LEVEL.has(fold(n.data))
      : n.nodeType === 1 && !is(n, "skip") && [...kids(n)].some(says);
  return all(el, "hidden_field").concat(all(el, "choice")).length > 0 && says(el);
};
const label_shown = (el) => [...(el.labels || [])].some(shown);
const visit = (n, within = false) => {
  if (n.nodeType === 3) return text(n);
  if (n.nodeType !== 1 || is(n, "skip")) return;
  const kind = within ? "" : kind_of(n);
  if (within && kind_of(n)) return;
  if (kind === "choice" && is_language_picker(n)) return void furniture.push(n);
  const seen = shown(n) || getComputedStyle(n).display === "contents";
  if ((!seen && !(kind && label_shown(n))) || (!kind && out_of_reach(n) && has_row(n))) {
    if (!kind && getComputedStyle(n).visibility !== "visible" && getComputedStyle(n).display !== "none")
      [...kids(n)].forEach((kid) => visit(kid, within));
    else for (const el of [n, ...all(n, "hidden_field")]) if (is(el, "hidden_field")) hidden.push(hidden_label(el));
    return;
  }
  if (is(n, "busy") || (is(n, "busy_look") && !wraps(n))) busy += 1;
  if (is(n, "alert")) alert(n);
  if (is(n, "filter") && clean(n.value)) troubles.push(`the list is searched for ${clean(n.value).slice(0, 40)}`);
  if (kind) {
    items.push({ k: kind, el: n, i: items.length });
    if (kind !== "radio" && kind !== "checkbox" && kind !== "switch") return;
    if (n.tagName === "INPUT") return;
  }
  if (
    n.tagName === "IMG" ||
    ((n.tagName === "svg" || (n.getAttribute("role") === "img" && !clean(words_of(n)))) && n.getAttribute("aria-label"))
  )
    return image(n);
  [...kids(n)].forEach((kid) => visit(kid, within || !!kind));
};
const text = (n) => {
  const s = clean(n.data),
    el = n.parentElement || n.parentNode.host;
  if (!s || el.closest("[aria-hidden=true]")) return;
  const home = block(el),
    bold = +getComputedStyle(el).fontWeight >= 600;
  const put = (s) => items.push({ k: "text", s, el, home, bold, stop: true, nodes: [n], i: items.length });
  const line = s.match(/^(.+?)\s*[:：–—]\s*([^:：–—]+)$/); // "Payments: View" in one piece
  if (line && LEVEL.has(fold(line[2])) && !LEVEL.has(fold(line[1]))) {
    put(line[1]);
    put(line[2]);
    return;
  }
  const last = items[items.length - 1];
  if (last && last.k === "text" && last.home === home && last.bold === bold && !last.stop && same_line(last, n)) {
    last.nodes.push(n);
    last.s = clean(last.s + (/^\s/.test(n.data) || last.gap || last.el !== el ? " " : "") + s);
    last.gap = /\s$/.test(n.data);
    return;
  }
  items.push({ k: "text", s, el, home, bold, nodes: [n], gap: /\s$/.test(n.data), i: items.length });
};
// What hears a press of its own: texts of two such boxes are two texts, however close they stand.
const door_of = once((el) =>
  !el || el.nodeType !== 1 || el === document.body ? null : hears(el) || invites(el) ? el : door_of(up(el)),
);
const same_line = (last, n) => {
  const el = n.parentElement || n.parentNode.host;
  return (
    near(last.el, "cell") === near(el, "cell") &&
    near(last.el, "title") === near(el, "title") &&
    near(last.el, "pressable") === near(el, "pressable") &&
    near(last.el, "tab") === near(el, "tab") &&
    near(last.el, "interactive") === near(el, "interactive") &&
    door_of(last.el) === door_of(el) &&
    !LEVEL.has(fold(last.s)) &&
    !LEVEL.has(fold(n.data))
  );
};
const image = (n) => {
  const s = clean(n.getAttribute("alt") || n.getAttribute("aria-label"));
  if (s) items.push({ k: "text", s, el: n, home: n, bold: false, stop: true, nodes: [n], i: items.length });
};
const alert = (n) => {
  // its words may stand in attributes alone
  const s = clean([n.getAttribute("header"), n.getAttribute("description"), words_of(n)].join(" "));
  if (s && is(n, "trouble")) troubles.push(s.slice(0, 200));
  if (n.hasAttribute("header") || n.hasAttribute("description"))
    items.push({ k: "text", s, el: n, home: n, bold: false, stop: true, nodes: [n], i: items.length });
};
const hidden_label = (el) => {
  const texts = (n) =>
    n.nodeType === 3 ? [clean(n.data)] : n.nodeType === 1 && !is(n, "skip") ? [...kids(n)].flatMap(texts) : [];
  let n = up(el);
  for (let i = 0; n && n.nodeType === 1 && i < 8; n = up(n), i++) {
    const said = texts(n).filter((s) => s && !LEVEL.has(fold(s)));
    if (said.length) return said.join(" ").slice(0, 120);
  }
  return "";
};
visit(document.body);
const said = items.filter((i) => i.k === "text"),
  sorted = said.filter((t) => place.has(t.el)).sort((a, b) => place.get(a.el)[0] - place.get(b.el)[0]);
const from = (at) => {
  let low = 0,
    high = sorted.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if (place.get(sorted[mid].el)[0] < at) low = mid + 1;
    else high = mid;
  }
  return low;
};
const texts_in = once((box) => {
  const own = place.get(box);
  return (
    own && sorted.length === said.length
      ? sorted.slice(from(own[0]), from(own[1]))
      : said.filter((t) => inside(t.el, box))
  ).sort((a, b) => a.i - b.i);
});
