// What a style sheet writes, draws or shows where the pointer rests, the keyboard is or something is pressed, and not
// before.
// One sheet may be adopted by hundreds of trees.
const every_rule = once((sheet) => all_rules(open_rules(sheet)));
const styles_in = once((sheet) => style_rules(open_rules(sheet)));
const rules_in = once((root) => sheets_of(root).flatMap(styles_in));
// A tree's names of animations and counters are its own and those of the trees around it.
const trees_around = (root) => (root.host ? [root, ...trees_around(root.host.getRootNode())] : [root]);
const keyframes_in = once((root) =>
  sheets_of(root)
    .flatMap(every_rule)
    .filter((rule) => rule.keyText),
);
const keyframes_around = (root) => trees_around(root).flatMap(keyframes_in);
// What an animation of a rule sets, on touch; of each where a variable names it, or where one only goes on.
const animated_by = (root, { animationName }) =>
  keyframes_around(root)
    .filter(
      ({ parentRule }) => !animationName || /var\(/.test(animationName) || animationName.includes(parentRule.name),
    )
    .map(({ style }) => style);
const of_variables = (style) => [...style].filter((name) => name.startsWith("--"));
const values_of = (style, names) => names.map((name) => style.getPropertyValue(name)).filter(Boolean);
const VARIABLE = /var\(\s*(--[^\s,)]+)/g;
const hangs_on = (text, names) =>
  /\bif\(/.test(text) || [...text.matchAll(VARIABLE)].some(([, name]) => names.has(name));
const is_later = ({ selector, waits }) => waits || is_on_touch(selector);
// The variables that may have another value on touch, whatever sets them, and those that hang on these.
const changing_in = (trees) => {
  const rules = [...new Set(trees.flatMap(rules_in))],
    names = new Set([
      ...rules.filter(is_later).flatMap(({ style }) => of_variables(style)),
      ...trees.flatMap(keyframes_in).flatMap(({ style }) => of_variables(style)),
    ]);
  for (let known = 0; known < names.size; ) {
    known = names.size;
    for (const { style } of rules)
      for (const name of of_variables(style)) if (hangs_on(style.getPropertyValue(name), names)) names.add(name);
  }
  return names;
};
// A variable is handed down into inner trees; a frame's are its own.
const page_of = (root) => root.ownerDocument || root;
const changing_on = once((page) =>
  changing_in([page, ...[...place.keys()].map((el) => el.shadowRoot).filter((root) => root && page_of(root) === page)]),
);
const changing = (root) => changing_on(page_of(root));
// What a rule may set later and does not now; a shorthand's part that a variable fills has no value of its own.
const set_later = once((names) =>
  once((rule) => {
    const { style } = rule;
    if (is_later(rule)) return [...style];
    if (!names.size || !hangs_on(style.cssText, names)) return [];
    return [...style].filter((name) => !style.getPropertyValue(name) || hangs_on(style.getPropertyValue(name), names));
  }),
);
// What may write, draw, make larger, and bring to sight.
const WRITING = /^(content|quotes|list-style.*|--.*)$/,
  DRAWING = /^(content|background.*|border-image.*|list-style.*|(-webkit-)?mask.*|(backdrop-)?filter|cursor|--.*)$/,
  SIZING = /^(all|(min-|max-)?(width|height|inline-size|block-size)|padding.*|transform|scale|zoom|flex-(basis|grow))$/,
  SHOWING = /^(all|display|(content-)?visibility)$/; // what is clear, clipped, or moved away counts as shown
const rules_on_touch = once((root) =>
  rules_in(root).flatMap((rule) => {
    const set = set_later(changing(root))(rule);
    return set.length ? [effect_of(root, rule, set)] : [];
  }),
);
const effect_of = (root, { selector, style }, set) => {
  const frames = set.some((name) => name.startsWith("animation")) ? animated_by(root, style) : [],
    names = [...set, ...frames.flatMap((frame) => [...frame])],
    may = (what) => names.some((name) => what.test(name)),
    styles = [style, ...frames],
    words = may(WRITING) ? styles.flatMap(written_by) : [],
    pictures = may(DRAWING) ? styles.flatMap(pictured_by) : [],
    lends = may(WRITING) && styles.some(({ content }) => /counter|-quote/.test(content)),
    sizes = may(SIZING);
  return {
    root,
    whom: about(selector),
    words,
    pictures,
    lends,
    writes: words.length > 0 || lends,
    draws: pictures.length > 0,
    shows: may(SHOWING),
    sizes,
  };
};
const rules_that = once((what) => once((root) => rules_on_touch(root).filter((rule) => rule[what])));
// The elements that a rule is about, asked once of the whole tree; null for all.
const whom_of = once(({ root, whom }) => {
  try {
    return whom === "*" ? null : new Set(root.querySelectorAll(whom));
  } catch {
    return null; // not understood
  }
});
const is_among = (el, rule) => whom_of(rule)?.has(el) ?? true;
const is_about = (el, { whom }) => {
  try {
    return el.matches(whom);
  } catch {
    return true;
  }
};
// The trees whose style sheets may be about an element: its own, its shadow, its slot's and those around it.
const trees_about = (el) => {
  const trees = [el.shadowRoot, el.assignedSlot?.getRootNode()];
  for (let root = el.getRootNode(); root.host; root = root.host.getRootNode()) trees.push(root.host.getRootNode());
  return [...new Set(trees)].filter(Boolean);
};
// The rules that do so about an element: `one` tells it of the rules of its own tree.
const touching = (el, what, one) => [
  ...rules_that(what)(el.getRootNode()).filter((rule) => one(el, rule)),
  ...trees_about(el)
    .flatMap((tree) => rules_that(what)(tree))
    .filter(({ whom }) => whom === "*"),
];
// Words stand in what is written, in variables, and in quotes and signs of lists.
const written_by = (style) =>
  values_of(style, ["content", "quotes", "list-style-type", ...of_variables(style)]).filter((one) => /["'(]/.test(one));
// A variable may be one of a part's own; where another fills it, its value holds that one's.
const variable_of = (el, name) =>
  [null, "::before", "::after", "::marker"]
    .map((part) => getComputedStyle(el, part).getPropertyValue(name))
    .filter((value, at, all) => value && all.indexOf(value) === at)
    .join(" ");
const STRING = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|attr\(\s*([\w-]+)|var\(\s*(--[^\s,)]+)/g;
const text_written = (el, value, filled = (name) => text_written(el, variable_of(el, name), () => "")) =>
  [...value.matchAll(STRING)]
    .map(([, one, two, name, variable]) => (variable ? filled(variable) : (one ?? two ?? el.getAttribute(name) ?? "")))
    .join(" ");
// What counters and quotes bring that such a rule only names; a sign may stand without quotes.
const signs_in = once((root) =>
  sheets_of(root)
    .flatMap(every_rule)
    .flatMap((rule) => [rule.symbols, rule.additiveSymbols, rule.prefix, rule.suffix, rule.pad, rule.negative])
    .filter(Boolean)
    .map((sign) => `"${sign.replace(/["\\]/g, " ")}"`),
);
const lent = (el, { root, lends }) =>
  lends ? [...trees_around(root).flatMap(signs_in), getComputedStyle(el).quotes] : [];
const written_on_touch = (el) =>
  touching(el, "writes", is_among).flatMap((rule) =>
    [...rule.words, ...lent(el, rule)].map((value) => text_written(el, value)),
  );
// Pictures, of whatever size: none is loaded.
const PICTURE = /url\(|image-set\(|paint\(/;
const PICTURED = [
  "content",
  "background",
  "background-image",
  "border-image",
  "border-image-source",
  "list-style",
  "list-style-image",
  "mask",
  "mask-image",
  "-webkit-mask-box-image",
  "filter",
  "backdrop-filter",
  "cursor",
];
const pictured_by = (style) =>
  values_of(style, [...PICTURED, ...of_variables(style)]).filter((one) => PICTURE.test(one) || /var\(/.test(one));
const is_picture_of = (el, value) =>
  PICTURE.test(value) || [...value.matchAll(VARIABLE)].some(([, name]) => PICTURE.test(variable_of(el, name)));
const draws_on_touch = (el) =>
  touching(el, "draws", is_among).some(({ pictures }) => pictures.some((value) => is_picture_of(el, value)));
// An element's own style is set by no touch, and may hang on a variable that is.
const hangs_itself = (el) => {
  const own = el.getAttribute("style");
  return !!own && hangs_on(own, changing(el.getRootNode()));
};
const is_shown_on_touch = (el) => hangs_itself(el) || touching(el, "shows", is_about).length > 0;
const is_sized_on_touch = (el) => hangs_itself(el) || touching(el, "sizes", is_about).length > 0;
