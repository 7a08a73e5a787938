// Signs that say something; none that part words, or that a handle is drawn with.
const SIGN = /(?![<>|+=~^\u2190-\u21ff\u2212\u2500-\u257f\u25b2-\u25c5\u2b00-\u2b11])[\p{S}\p{Co}!]/u;
// What a style sheet writes on an element, and the signs that stand beside a level's word in a box of their own.
const written_on = (el) =>
  PARTS.map((part) => {
    const { content, display } = getComputedStyle(el, part);
    return display === "none" || /^(none|normal)$/.test(content)
      ? ""
      : (/^["']([\s\S]*)["']/.exec(content) || ["", ""])[1];
  }).join("");
const GLYPH = /[\p{Co}\p{S}!]/gu;
// Texts without a letter, each of its own.
const strokes_in = (n) =>
  n.nodeType === 3
    ? /^[^\p{L}\p{N}]+$/u.test(clean(n.data))
      ? [clean(n.data)]
      : []
    : n.nodeType === 1 && !is(n, "skip") && shown(n)
      ? [...kids(n)].flatMap(strokes_in)
      : [];
// Of a level in words: the signs on its box, on what is in it, and on what stands beside it there.
const row_with = new Map(cut.flatMap((row) => row.sites.map((s) => [s, row])));
const box_of_level = once((site) => {
  const label = row_with.get(site).label;
  let box = element_of(site.el);
  while (up(box) && up(box).nodeType === 1 && up(box) !== document.body && !(label && inside(label.el, up(box)))) {
    if (up(box) === site.home || up(box).children.length > 8) break;
    box = up(box);
  }
  return box;
});
const glyphs_by = once((site) => {
  const box = box_of_level(site);
  const within = [box, ...box.querySelectorAll("*")],
    drawn = within.map((el) => (written_on(el).match(GLYPH) || []).join(""));
  return [...drawn, ...strokes_in(box), ...within.flatMap(icon_of)].join("");
});
// What an icon shows that is no control.
const icon_of = (el) => {
  const ground = getComputedStyle(el).backgroundImage,
    { width, height } = el.getBoundingClientRect();
  if (!(is(el, "picture") || /url\(/.test(ground)) || Math.min(width, height) < 4) return [];
  if (!shown(el) || near(el, "interactive")) return [];
  const inner = el.querySelector("path, use");
  return [[el.localName, el.src || ground, inner?.getAttribute("d") || inner?.getAttribute("href")].join(" ")];
};
const worded_levels = [...row_with.keys()].filter((s) => s.k === "value");
// Of the levels of one word: how many there are, and which signs they have.
const alike = once((word) => {
  const some = worded_levels.filter((s) => fold(s.own[0]) === word);
  return { count: some.length, signs: new Set(some.map(glyphs_by)) };
});
const signed_levels = once(() => worded_levels.filter(glyphs_by).length);
// What such a sign says is not known. It says nothing where each level of its word has the same, and most levels have
// one, or several have that word.
const is_glyphed = (site) => {
  if (!glyphs_by(site)) return false;
  const { count, signs } = alike(fold(site.own[0]));
  return signs.size > 1 || (count < 3 && signed_levels("all") * 2 < worded_levels.length);
};
