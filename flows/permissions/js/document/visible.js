// The visible document as a list of texts and controls: `items`, each with the nodes it was made of.
// What a drop-down shows beside its field, not in it: the largest box around the field that holds no other control, and
// says one level.
const said_in = (n) =>
  n.nodeType === 3
    ? /[\p{L}\p{N}]/u.test(n.data)
      ? [clean(n.data)]
      : []
    : n.nodeType === 1 && !is(n, "skip") && (shown(n) || getComputedStyle(n).display === "contents")
      ? [clean(n.getAttribute("alt")), ...[...kids(n)].flatMap(said_in)].filter(Boolean)
      : [];
const is_large = (el) => Math.max(boxOf(el)[2] - boxOf(el)[0], boxOf(el)[3] - boxOf(el)[1]) > 64;
// A native field that a drop-down keeps for forms and for filling in: a point in size, and neither for the keyboard nor
// for the ear.
const is_echo = (el) => {
  if (el.getAttribute("tabindex") !== "-1" && !near(el, "hushed")) return false;
  for (let n = el, i = 0; n && n.nodeType === 1 && i < 4; n = up(n), i++) {
    const [left, top, right, bottom] = boxOf(n);
    if (Math.min(right - left, bottom - top) <= 2) return true;
  }
  return false;
};
const adds_nothing = (el) => is(el, "listed_within") || is_echo(el) || (is(el, "opens_list") && !clean(words_of(el)));
const face_of = once((el) => {
  const value = el.tagName === "INPUT" && LEVEL.has(fold(el.value)) ? fold(el.value) : "";
  let face = null;
  for (let n = el.tagName === "SELECT" ? null : up(el); n && n.nodeType === 1 && n !== document.body; n = up(n)) {
    const words = new Set([value, ...said_in(n).map(fold)].filter(Boolean));
    if (words.size > 1 || [...words].some((word) => !LEVEL.has(word)) || boxOf(n)[3] - boxOf(n)[1] > 80) break;
    if (is(n, "cell") || is(n, "row") || all(n, "picture").some(is_large)) break;
    if (all(n, "interactive").some((other) => !inside(other, el) && !adds_nothing(other))) break;
    if (words.size) face = n;
  }
  return face;
});
// The element of its own that a control is drawn in: the largest box around it that holds no other control, and no
// words but the control's.
const shell_of = once((o) => {
  let shell = null;
  if (o.el.getRootNode() === document && !o.el.assignedSlot) return shell;
  for (let n = o.el; n && n.nodeType === 1 && n !== document.body; n = up(n)) {
    if (said_in(n).some((s) => !o.own.some((own) => fold(own) === fold(s))) || boxOf(n)[3] - boxOf(n)[1] > 80) break;
    if (is(n, "cell") || is(n, "row") || all(n, "picture").some(is_large)) break;
    if (all(n, "interactive").some((other) => other !== o.el && !inside(other, o.el))) break;
    if (n.shadowRoot && n !== o.el) shell = n;
  }
  return shell;
});
const face_says = (el) => (face_of(el) ? said_in(face_of(el))[0] || "" : "");
// A handle without words beside the field of a drop-down belongs to it.
const is_handle_of = (el, items) =>
  is(el, "opens_list") &&
  !clean(words_of(el)) &&
  items.some(
    (i) => i.k === "choice" && i.el !== el && i.el.tagName === "INPUT" && face_of(i.el) && inside(el, face_of(i.el)),
  );
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
  const group_of = (o) => (o.parentNode.localName === "optgroup" && o.parentNode.label) || "";
  let list = [...new Set(opts)].map((o) => ({
    s: clean(`${group_of(o)} ${o.getAttribute("label") || words_of(o)}`),
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
  if (list.some((o) => !o.s)) list = []; // not drawn yet: what it lists is not known
  const value = el.getAttribute("value") ?? el.value,
    head = all(el, "choice_shown")[0];
  // The words of a list that is open for good are those of its options, and no others.
  const lists_itself =
    is(el, "opened_list") && list.length > 0 && clean(words_of(el)) === clean(list.map((o) => o.s).join(" "));
  // A list that a style sheet lays out shows what stands on its own button.
  const face = el.tagName === "SELECT" && [...el.children].find((k) => k.localName === "button");
  const own =
    face && getComputedStyle(el).appearance === "base-select"
      ? words_of(face)
      : el.tagName === "SELECT" || lists_itself
        ? ""
        : el.tagName === "INPUT" && LEVEL.has(fold(el.value))
          ? el.value
          : head
            ? words_of(head)
            : el.getAttribute("role") || is(el, "opens_list") || is(el, "menu_button")
              ? words_of(el)
              : "";
  const shows = clean(own) || (el.tagName === "SELECT" || lists_itself ? "" : face_says(el));
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
// What the menu of a button lists, where it is there and lists levels alone, the button's own among them.
const menu_of = once((el) => {
  const id = el.getAttribute("aria-controls") || el.getAttribute("aria-owns"),
    box = (id && el.getRootNode().getElementById(id)) || el.nextElementSibling;
  const words = (n) => (n.nodeType === 3 ? [clean(n.data)] : [...kids(n)].flatMap(words)).filter(Boolean);
  const listed = box ? words(box).map(fold) : [];
  return listed.length > 1 && listed.every((word) => LEVEL.has(word)) && listed.includes(fold(words_of(el)));
});
const kind_of = (el) =>
  (is(el, "pressed") && LEVEL.has(fold(words_of(el))) ? "radio" : "") ||
  (is(el, "menu_button") && LEVEL.has(fold(words_of(el))) && menu_of(el) ? "choice" : "") ||
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
  if (kind === "choice" && (is_echo(n) || is_handle_of(n, items) || is_language_picker(n)))
    return void furniture.push(n);
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
