// Fonts in which words are drawn: one of the page's own may show other words than are written.
const SIGN_FONTS = sign_fonts.map((rule) => new RegExp(rule, "i")),
  KNOWN_FONTS = known_fonts.map((rule) => new RegExp(`^(?:${rule})$`, "i"));
const bare_name = (name) =>
  name
    .trim()
    .replace(/^(["'])(.*)\1$/, "$2")
    .replace(/\\(.)/g, "$1")
    .trim()
    .toLowerCase();
// A file that stands in the page is known by its length and its letters.
const mark_of_file = (url) => {
  let [one, two] = [0xdeadbeef, 0x41c6ce57];
  for (let i = 0; i < url.length; i++) {
    one = Math.imul(one ^ url.charCodeAt(i), 2654435761);
    two = Math.imul(two ^ url.charCodeAt(i), 1597334677);
  }
  return [url.length, one >>> 0, two >>> 0].join("-");
};
const address_in = (source) => source.replace(/^url\(\s*["']?|["']?\s*\)$/g, "");
const ICON_FONT = /icon|symbol|awesome|glyph|material/i;
const names_in = once((list) => (list.match(/"[^"]*"|'[^']*'|[^,]+/g) || []).map(bare_name).filter(Boolean));
const rules_within = (rules) =>
  [...rules].flatMap((rule) =>
    rule instanceof CSSFontFaceRule
      ? [rule]
      : rule.styleSheet
        ? rules_of_sheet(rule.styleSheet)
        : rule.cssRules
          ? rules_within(rule.cssRules)
          : [],
  );
const rules_of_sheet = (sheet) => {
  try {
    return rules_within(sheet.cssRules);
  } catch {
    return []; // of another origin: the site's guard says whose
  }
};
// By each family that the page brings, what its sheets say of it.
const brought = (() => {
  const found = new Map([...document.fonts].map((face) => [bare_name(face.family), []]));
  for (const rule of [...document.styleSheets, ...document.adoptedStyleSheets].flatMap(rules_of_sheet)) {
    const name = bare_name(rule.style.getPropertyValue("font-family"));
    if (found.has(name)) found.get(name).push(rule.style);
  }
  return found;
})();
const MOVED = ["ascent-override", "descent-override", "line-gap-override", "size-adjust"];
const is_usual = (style) => {
  const sources = style.getPropertyValue("src").match(/(url|local)\(\s*("[^"]*"|'[^']*'|[^)]*)\s*\)/g) || [];
  return (
    MOVED.every((part) => /^(|normal|100%)$/.test(style.getPropertyValue(part))) &&
    sources.every((source) => {
      const said = bare_name(source.replace(/^\w+\(/, "").replace(/\)$/, ""));
      return source.startsWith("local")
        ? KNOWN_FONTS.some((rule) => rule.test(said))
        : !/^(data|blob|filesystem):/.test(said) || known_font_files.includes(mark_of_file(address_in(source)));
    })
  );
};
const is_known_font = once((name) => {
  const made = globalThis[Symbol.for("late")]?.is_made;
  return (
    KNOWN_FONTS.some((rule) => rule.test(name)) &&
    brought.get(name).every((style) => is_usual(style)) &&
    ![...document.fonts].some((face) => bare_name(face.family) === name && made?.(face))
  );
});
// Of a list of families: one that draws signs instead of letters, or one that the page brings and no catalogue knows.
const strange_in = once((list) => {
  const names = names_in(list);
  if (!brought.has(names[0]) && SIGN_FONTS.some((rule) => rule.test(names[0])))
    return { name: names[0], by_name: true };
  const name = names.find((one) => brought.has(one) && !is_known_font(one));
  return name
    ? { name, by_name: brought.get(name).length > 0 && brought.get(name).every((style) => is_usual(style)) }
    : null;
});
const is_claimed_by_row = (item) =>
  [item.el, ...(item.nodes || [])].some((n) => /^(label|level|description|scope|head)$/.test(claims.get(n) || ""));
const fonts_of = (item) => {
  const el = element_of(item.el),
    own = getComputedStyle(el).fontFamily;
  if (ICON_FONT.test(own) && !is_claimed_by_row(item)) return [];
  if (!brought.size) return [own];
  return [own, ...["::first-letter", "::first-line"].map((part) => getComputedStyle(block(el), part).fontFamily)];
};
// The fonts in which words of the page are drawn and which may show others: each with an element.
const strange_fonts = () => {
  const found = new Map();
  for (const item of items)
    for (const list of fonts_of(item)) {
      const one = strange_in(list);
      if (one && !found.has(one.name)) found.set(one.name, { ...one, el: element_of(item.el) });
    }
  return [...found.values()];
};
