// What is drawn on a row besides its words: lines through them, boxes over them, states, and looks that no other row
// has.
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
// Whether a part of a row is drawn above or below the box that it belongs to.
const middle_of = (box) => (box[1] + box[3]) / 2;
const is_astray = (own, home) => {
  const row = boxOf(home),
    middle = middle_of(own);
  return row[3] - row[1] >= 8 && own[3] > own[1] && (middle < row[1] - 4 || middle > row[3] + 4);
};
// Where a text, a label or a level is drawn: its words, not the box that holds them.
const drawn_at = (item) => {
  const range = document.createRange(),
    rects = (item.nodes || []).flatMap((n) => {
      if (n.nodeType !== 3) return [n.getBoundingClientRect()];
      range.selectNodeContents(n);
      return [...range.getClientRects()];
    });
  const seen = rects.filter((r) => r.width > 1 && r.height > 1);
  if (!seen.length) return null;
  const [left, top, right, bottom] = ["left", "top"]
    .map((side) => Math.min(...seen.map((r) => r[side])))
    .concat(["right", "bottom"].map((side) => Math.max(...seen.map((r) => r[side]))));
  return [left + scrollX, top + scrollY, right + scrollX, bottom + scrollY];
};
const sites_at = (row) =>
  row.sites
    .filter((s) => s.k !== "bare")
    .map((s) => (s.item && drawn_at(s.item)) || box_seen(element_of(s.el)))
    .filter((box) => box[3] > box[1]);
// Of rows without boxes of their own, as in a list of terms: a level stands between its own label and the next one, in
// one column.
const strays = (row, n, label) => {
  const own = label && drawn_at(label),
    sites = sites_at(row);
  if (!own || !sites.length || row.home === document.body) return false;
  const scrolls = /auto|scroll/.test(getComputedStyle(row.home).overflowY);
  if (!scrolls && (sites.some((box) => is_astray(box, row.home)) || is_astray(own, row.home))) return true;
  const beside = cut[n + 1] && (cut[n + 1].home === row.home || has_no_box(row.home)),
    next = beside ? first_label(n + 1) : null,
    below = next && drawn_at(next);
  const middle = (Math.min(...sites.map((box) => box[1])) + Math.max(...sites.map((box) => box[3]))) / 2;
  return middle < own[1] - 4 || (!!below && below[1] >= own[3] - 2 && middle > below[1] + 2);
};
const has_no_box = (el) => getComputedStyle(el).display === "contents";
const first_label = (n) => {
  const last = cut[n - 1].sites.at(-1),
    from = where(last) + 1;
  return items.slice(from, where(cut[n].sites[0])).find(is_label) || null;
};
// Whether words stand by another control than the one that they name: those further to the left name one further to the
// right.
const are_crossed = (sites) => {
  const pairs = sites
    .filter((s) => /^(radio|checkbox)$/.test(s.k))
    .map((s) => ({ control: box_seen(s.el), words: (parts_of.get(s) || []).map(drawn_at).filter(Boolean) }))
    .filter(({ control, words }) => words.length === 1 && control[2] - control[0] > 2);
  const is_left = (a, b) => a[2] <= b[0] + 1 && Math.abs(middle_of(a) - middle_of(b)) < 8,
    begins_left = (a, b) => a[0] < b[0] - 4 && Math.abs(middle_of(a) - middle_of(b)) < 8,
    is_over = (a, b) => a[3] <= b[1] + 1;
  return pairs.some((one) =>
    pairs.some(
      (two) =>
        (is_left(one.control, two.control) && begins_left(two.words[0], one.words[0])) ||
        (is_over(one.control, two.control) && is_over(two.words[0], one.words[0])),
    ),
  );
};
const is_misplaced = (row, n, label, crowded) => {
  if (are_crossed(row.sites)) return true;
  const line = crowded ? near(row.sites[0].el, "row") : row.home;
  if (!line || has_no_box(line)) return strays(row, n, label);
  if (line === document.body) return false;
  const cell = label && near(label.el, "cell"),
    own = label && !crowded && !(cell && cell.rowSpan > 1) && drawn_at(label);
  return sites_at(row).some((box) => is_astray(box, line)) || (!!own && is_astray(own, line));
};
// What a script marks by highlights of its own: no element tells of these.
let marked_by_script = null;
const highlighted = () =>
  (marked_by_script ??= [...(globalThis.CSS?.highlights?.values() || [])].flatMap((one) => [...one]).map(range_of));
const range_of = (given) => {
  const range = document.createRange();
  range.setStart(given.startContainer, given.startOffset);
  range.setEnd(given.endContainer, given.endOffset);
  return range;
};
const is_inert = once((el) => !!el && el.nodeType === 1 && (el.hasAttribute("inert") || is_inert(up(el))));
// Whether words are drawn in another order than they are written, or as dots.
const is_masked = (el, box) => {
  for (let n = element_of(el); n && n.nodeType === 1 && n !== document.body; n = up(n)) {
    const style = getComputedStyle(n);
    if (/override/.test(style.unicodeBidi) || (style.webkitTextSecurity || "none") !== "none") return true;
    if (n === box) break;
  }
  return false;
};
// What an element between a row's words and the row's box says of its state.
const states_of = (els, box, misplaced, sites) => {
  const found = new Set();
  if (sites.some((s) => s.k === "value" && is_glyphed(s))) found.add("by a sign beside its level");
  if (els.some((el) => is_masked(el, box))) found.add("as letters that are drawn otherwise");
  if (misplaced) found.add("as drawn elsewhere");
  if (highlighted().some((range) => els.some((el) => range.intersectsNode(el))))
    found.add("by a highlight of the page's own");
  if (els.some((el) => is_animated(el, box))) found.add("by an animation that still changes it");
  if (els.some(is_inert) && cut.some((row) => !is_inert(row.home))) found.add("inert");
  for (const el of els)
    for (let n = el; n && n.nodeType === 1 && n !== document.body; n = up(n)) {
      if (/^(true|grammar|spelling)$/.test(n.getAttribute("aria-invalid") || "")) found.add("aria-invalid");
      if (n.hasAttribute("inert")) found.add("inert");
      if (n === box) break;
    }
  return [...found];
};
// How a row looks: how faint it and its level are (also for who hears the page), in which ink, on which ground, in
// which ink and on which ground its level stands, and what is drawn round it.
const looks_of = (row, label) => {
  const el = label ? (label.el.nodeType === 1 ? label.el : up(label.el)) : row.home,
    value = row.sites.find((s) => s.k === "value"),
    style = getComputedStyle(el);
  // of a level that is chosen among several, the box of them all
  let box = value ? element_of(value.el) : up(row.sites[0].el);
  while (box && box !== row.home && box !== document.body && !row.sites.every((s) => inside(s.el, box))) box = up(box);
  const [ground, marks] = ground_of(el, row.home);
  const own = chosen_of(row).filter((n) => !locked(n) || is_off_alone(n) || cut.every(is_locked));
  const faint = [el, box || row.home, ...own].map((n) => faintness(n, row.home));
  return [
    [...new Set(faint)].join(" / "),
    `${style.color} ${style.fontStyle}`,
    ground,
    value ? tint_of(value, row.home) : "",
    marks,
  ];
};
const is_locked = (row) => chosen_of(row).every(locked);
// A radio or box that is called off and is not; one that is off may be fainter.
const is_off_alone = (n) => /^(radio|checkbox)$/.test(n.type) && !n.matches(":disabled");
const element_of = (n) => (n.nodeType === 1 ? n : up(n));
const faintness = (el, home) => {
  const signs = [fades(el).alpha.toFixed(2)];
  for (let n = el; n && n.nodeType === 1 && n !== document.body; n = up(n)) {
    const { filter } = getComputedStyle(n);
    if (filter !== "none") signs.push(filter);
    if (n.getAttribute("aria-disabled") === "true") signs.push("off");
    if (n.getAttribute("aria-hidden") === "true") signs.push("unsaid");
    if (n === home) break;
  }
  return signs.join(" ");
};
// the pointer or the keyboard is there
const TOUCHED = ":hover, :focus-within, [data-hovered], [data-focused], [data-focus-visible]";
const SIDES = ["Top", "Right", "Bottom", "Left"];
// The ground that a part of a row stands on, and what is drawn round it.
const ground_of = (el, home) => {
  const marks = [];
  let touched = false;
  const told = (ground) => (touched ? ["", ""] : [ground, ["none", ...marks].join(" ")]);
  for (let n = el; n && n.nodeType === 1 && n !== document.body; n = up(n)) {
    const style = getComputedStyle(n);
    touched ||= n.matches(TOUCHED);
    if (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) marks.push(style.outlineColor);
    if (style.boxShadow !== "none") marks.push(style.boxShadow);
    for (const side of ["Left", "Right"])
      if (style[`border${side}Style`] !== "none" && parseFloat(style[`border${side}Width`]) >= 3)
        marks.push(`${side} ${style[`border${side}Color`]}`);
    if (SIDES.every((side) => style[`border${side}Style`] !== "none" && parseFloat(style[`border${side}Width`]) >= 1))
      marks.push(`box ${style.borderTopColor} ${style.borderTopWidth}`);
    if (has_paint(style)) return told(`${style.backgroundColor} ${style.backgroundImage}`);
    if (n === home) break;
  }
  return told("none");
};
// The words of a level, its ink, and its ground and what is drawn on it, which is not known where the pointer or the
// keyboard is.
const tint_of = (value, home) => {
  const el = element_of(value.el),
    style = getComputedStyle(el),
    ground = ground_of(el, home).join(" ").trim();
  const drawn = ground && [ground, ...drawn_on(el, home)].join(" ");
  return [fold(value.own[0]), `${style.color} ${style.fontStyle}`, drawn].join("\n");
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
  const is_picture = el.tagName === "svg" || is(el, "picture") || /url\(/.test(style.backgroundImage);
  if (!(has_paint(style) || edges || is_picture)) return false;
  const height = lifted(el);
  if (height === null || height < 0) return false;
  const r = el.getBoundingClientRect();
  if (r.width < 4 || r.height < 1 || r.height * r.width < 12) return false;
  return words_drawn().some(([n, word]) => {
    if (r.width < 16 && n.nodeType === 1) return false; // the arrow of a list
    const across = Math.min(r.right, word.right) - Math.max(r.left, word.left),
      middle = (word.top + word.bottom) / 2,
      reach = (word.bottom - word.top) * 0.3;
    return (
      across >= Math.min(16, word.width / 2, r.width * 0.7) &&
      word.width > 0 &&
      r.top <= middle + reach &&
      r.bottom >= middle - reach &&
      !lies_over(n, el, height)
    );
  });
};
// How high a box is placed that is drawn over what flows; null for one that is not, or whose surroundings say
// something.
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
