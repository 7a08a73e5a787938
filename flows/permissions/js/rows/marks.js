// What is drawn on a row besides its words: lines through them, boxes over them, states, and looks that no other row has.
const is_ruled = once(
  (el) =>
    /line-through/.test(getComputedStyle(el).textDecorationLine) ||
    (el !== document.body && !!up(el) && up(el).nodeType === 1 && is_ruled(up(el))),
);
const PARTS = ["::before", "::after"];
// A line across an element, drawn as its ground or by its style sheet's own parts.
const crossed = once((el) => {
  const ground = getComputedStyle(el).backgroundImage;
  if (/gradient/.test(ground) && (/rgba\(0, 0, 0, 0\)/.test(ground) || has_edges(ground))) return true;
  return PARTS.some((part) => {
    const style = getComputedStyle(el, part);
    if (style.content === "none" || style.content === "normal" || !/absolute|fixed/.test(style.position)) return false;
    const edges = parseFloat(style.borderTopWidth) + parseFloat(style.borderBottomWidth),
      thick = parseFloat(style.height) + (style.boxSizing === "border-box" ? 0 : edges),
      high = el.getBoundingClientRect().height,
      from_top = parseFloat(style.top);
    const painted = edges > 0 || has_paint(style);
    return (
      painted &&
      thick > 0 &&
      thick <= 4 &&
      parseFloat(style.width) >= 16 &&
      from_top > high / 4 &&
      from_top < (high * 3) / 4
    );
  });
});
// Colours that meet at a place within, without a passage.
const has_edges = (ground) => {
  const stops = [...ground.matchAll(/(\d+(?:\.\d+)?)%/g)].map((m) => +m[1]).filter((at) => at > 5 && at < 95);
  return new Set(stops).size < stops.length;
};
// A box of the style sheet's own over all that an element holds.
const is_veiled = once((el) => {
  const veiled = PARTS.some((part) => {
    const style = getComputedStyle(el, part);
    if (style.content === "none" || style.content === "normal" || !/absolute|fixed/.test(style.position)) return false;
    return (
      has_paint(style) &&
      +style.opacity > 0.05 &&
      !(+style.zIndex < 0) &&
      parseFloat(style.height) > 8 &&
      parseFloat(style.width) > 64
    );
  });
  const own = getComputedStyle(el),
    stands_out = own.position !== "static" && +own.zIndex > 0;
  return veiled || (!stands_out && el !== document.body && !!up(el) && up(el).nodeType === 1 && is_veiled(up(el)));
});
const has_paint = (style) => {
  const ground = rgba(style.backgroundColor);
  return (
    (ground ? ground[3] > 0.02 : style.backgroundColor !== "transparent") || /gradient/.test(style.backgroundImage)
  );
};
const is_struck = (el, box) => {
  if (is_ruled(el) || is_veiled(el)) return true;
  for (let n = el; n && n.nodeType === 1; n = up(n)) {
    if (crossed(n)) return true;
    if (n === box) break;
  }
  return false;
};
// Whether a level is drawn above or below the row that it belongs to.
const is_astray = (s, home) => {
  const row = boxOf(home),
    own = box_seen(element_of(s.el)),
    middle = (own[1] + own[3]) / 2;
  return row[3] - row[1] >= 8 && own[3] > own[1] && (middle < row[1] - 4 || middle > row[3] + 4);
};
const is_inert = once((el) => !!el && el.nodeType === 1 && (el.hasAttribute("inert") || is_inert(up(el))));
// What an element between a row's words and the row's box says of its state.
const states_of = (els, box, sites) => {
  const found = new Set();
  if (box && sites.some((s) => is_astray(s, box))) found.add("as drawn elsewhere");
  if (els.some(is_inert) && cut.some((row) => !is_inert(row.home))) found.add("inert");
  for (const el of els)
    for (let n = el; n && n.nodeType === 1 && n !== document.body; n = up(n)) {
      if (/^(true|grammar|spelling)$/.test(n.getAttribute("aria-invalid") || "")) found.add("aria-invalid");
      if (n.hasAttribute("inert")) found.add("inert");
      if (n === box) break;
    }
  return [...found];
};
// How a row looks: how faint it and its level are, in which ink, on which ground, and in which ink and on which ground its level stands.
const looks_of = (row, label) => {
  const el = label ? (label.el.nodeType === 1 ? label.el : up(label.el)) : row.home,
    value = row.sites.find((s) => s.k === "value"),
    style = getComputedStyle(el);
  let box = value ? element_of(value.el) : up(row.sites[0].el); // of a level that is chosen among several, the box of them all
  while (box && box !== row.home && box !== document.body && !row.sites.every((s) => inside(s.el, box))) box = up(box);
  const faint = [el, box || row.home].map((n) => faintness(n, row.home));
  return [
    [...new Set(faint)].join(" / "),
    `${style.color} ${style.fontStyle}`,
    ground_of(el, row.home),
    value ? tint_of(value, row.home) : "",
  ];
};
const element_of = (n) => (n.nodeType === 1 ? n : up(n));
const faintness = (el, home) => {
  const signs = [fades(el).alpha.toFixed(2)];
  for (let n = el; n && n.nodeType === 1 && n !== document.body; n = up(n)) {
    const { filter } = getComputedStyle(n);
    if (filter !== "none") signs.push(filter);
    if (n.getAttribute("aria-disabled") === "true") signs.push("off");
    if (n === home) break;
  }
  return signs.join(" ");
};
const TOUCHED = ":hover, :focus-within, [data-hovered], [data-focused], [data-focus-visible]"; // the pointer or the keyboard is there
const ground_of = (el, home) => {
  const marks = [];
  let touched = false;
  for (let n = el; n && n.nodeType === 1 && n !== document.body; n = up(n)) {
    const style = getComputedStyle(n);
    touched ||= n.matches(TOUCHED);
    if (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) marks.push(style.outlineColor);
    if (style.boxShadow !== "none") marks.push(style.boxShadow);
    for (const side of ["Left", "Right"])
      if (style[`border${side}Style`] !== "none" && parseFloat(style[`border${side}Width`]) >= 3)
        marks.push(`${side} ${style[`border${side}Color`]}`);
    if (has_paint(style)) return touched ? "" : [style.backgroundColor, style.backgroundImage, ...marks].join(" ");
    if (n === home) break;
  }
  return touched ? "" : ["none", ...marks].join(" ");
};
const tint_of = (value, home) => {
  const el = element_of(value.el),
    style = getComputedStyle(el);
  return `${fold(value.own[0])}\n${style.color} ${style.fontStyle} ${ground_of(el, home)}`;
};
// Numbers that tell how many rows there are: of each list, those that are drawn, and how many it says it has.
const numbered = () => {
  const lists = new Map();
  for (const el of all(document.body, "numbered").filter(shown)) {
    const by_row = el.hasAttribute("aria-rowindex"),
      box = (by_row && near(el, "table")) || up(el);
    if (!lists.has(box))
      lists.set(box, { by_row, at: new Set(), size: 0, count: +box.getAttribute?.("aria-rowcount") || 0 });
    const list = lists.get(box),
      at = +el.getAttribute(by_row ? "aria-rowindex" : "aria-posinset");
    if (at > 0) list.at.add(at);
    if (!by_row) list.size = Math.max(list.size, +el.getAttribute("aria-setsize") || 0);
  }
  const names = new Map(),
    is_heads = (row) => shown(row) && cells(row).every((c) => near(c, "column_head"));
  return [...lists].map(([box, { by_row, at, size, count }]) => {
    const name = where_is(box),
      turn = (names.get(name) || 0) + 1;
    names.set(name, turn);
    const heads = by_row ? all(box, "row").filter(is_heads).length : 0;
    return { list: `${name} ${turn}`, heads, at: [...at], size, count };
  });
};
// Where the words of rows are drawn, asked only where something may lie over them.
let drawn_words = null;
const words_drawn = () => {
  drawn_words ??= [...claims].flatMap(([n, by]) => {
    if (!/^(label|level)$/.test(by)) return [];
    if (n.nodeType === 1) return is(n, "choice") && shown(n) ? [[n, n.getBoundingClientRect()]] : [];
    const range = document.createRange();
    range.selectNodeContents(n);
    return [[n, range.getBoundingClientRect()]];
  });
  return drawn_words;
};
const covers = (el) => {
  if ((el.children.length && el.tagName !== "svg") || clean(el.textContent)) return false;
  const style = getComputedStyle(el);
  const edges = parseFloat(style.borderTopWidth) + parseFloat(style.borderBottomWidth);
  if (!(has_paint(style) || edges || el.tagName === "svg")) return false;
  const height = lifted(el);
  if (height === null || height < 0) return false;
  const r = el.getBoundingClientRect();
  if (r.width < 16 || r.height < 1 || r.height * r.width < 16) return false;
  return words_drawn().some(([n, word]) => {
    const across = Math.min(r.right, word.right) - Math.max(r.left, word.left),
      middle = (word.top + word.bottom) / 2,
      reach = (word.bottom - word.top) * 0.3;
    return (
      across >= Math.min(16, word.width / 2) &&
      word.width > 0 &&
      r.top <= middle + reach &&
      r.bottom >= middle - reach &&
      !lies_over(n, el, height)
    );
  });
};
// How high a box is placed that is drawn over what flows; null for one that is not, or whose surroundings say something.
const lifted = (el) => {
  for (let n = el; n && n.nodeType === 1 && n !== document.body && !clean(n.textContent); n = up(n)) {
    const style = getComputedStyle(n);
    if (style.position !== "static" || style.transform !== "none" || +style.opacity < 1) return +style.zIndex || 0;
  }
  return null;
};
// Whether a word is drawn over a box all the same: something around it is placed higher, or later.
const lies_over = (word, el, height) => {
  for (let n = up(word); n && n.nodeType === 1 && !n.contains(el); n = up(n)) {
    const style = getComputedStyle(n),
      own = +style.zIndex || 0;
    if (style.position !== "static" && (own > height || (own === height && place.get(n)[0] > place.get(el)[0])))
      return true;
  }
  return false;
};
