// What a style sheet writes or draws where the pointer rests, the keyboard is or something is pressed, and not before.
const TOUCH = /^:(?:hover|focus|focus-visible|focus-within|active)$/,
  ANY = ":not(not)"; // there is no such element
const open_rules = (sheet) => {
  try {
    return [...sheet.cssRules];
  } catch {
    return []; // of another origin, which no script may read: docs/architecture.md
  }
};
const all_rules = (rules) =>
  rules.flatMap((rule) => [
    rule,
    ...all_rules(rule.styleSheet ? open_rules(rule.styleSheet) : [...(rule.cssRules || [])]),
  ]);
// Every style rule of a sheet with its whole selector, told by the boxes around it, and whether it holds only where a
// variable has some value.
const style_rules = (rules, around = "", waits = false) =>
  rules.flatMap((rule) => {
    if (rule.styleSheet) return style_rules(open_rules(rule.styleSheet), around, waits);
    const scope = rule.start ? `:is(${rule.start})` : around,
      own = rule.selectorText ? within(scope, rule.selectorText) : scope,
      depends = waits || /style\(/.test(rule.conditionText || "");
    return [
      ...(rule.style && own ? [{ selector: own, style: rule.style, waits: depends }] : []),
      ...style_rules([...(rule.cssRules || [])], rule.selectorText ? `:is(${own})` : scope, depends),
    ];
  });
const within = (scope, selector) => {
  if (!scope) return selector;
  return /&|:scope\b/.test(selector) ? selector.replace(/&|:scope\b/g, scope) : `${scope} ${selector}`;
};
// A selector's pieces: what is escaped, what is quoted, pseudo-classes and -elements with the bracket that they open,
// and any other character.
const PIECE = /\\[\s\S]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|::?[\w-]+\(?|[\s\S]/g;
const pieces_of = (selector) => selector.match(PIECE) || [];
// Whom a rule is about, whatever is touched, and whatever part of an element it draws; "*" where another tree's
// elements may be meant. At least those that it is about.
const about = (selector) => {
  const pieces = pieces_of(selector);
  return pieces.some((piece) => /^::?(host|slotted|part)/.test(piece)) ? "*" : untouched(pieces);
};
const untouched = (pieces) => {
  const whom = [];
  for (let at = 0; at < pieces.length; at += 1) {
    const piece = pieces[at];
    if (!/^:.*\($/.test(piece)) {
      whom.push(TOUCH.test(piece) || /^(::|:(before|after|first-line|first-letter)$)/.test(piece) ? ANY : piece);
      continue;
    }
    const end = closing(pieces, at),
      within = pieces.slice(at + 1, end);
    if (/^:(is|where|-webkit-any)\($/.test(piece)) whom.push(":is(", untouched(within), ")");
    else whom.push(/^::/.test(piece) || within.some((one) => TOUCH.test(one)) ? ANY : [piece, ...within, ")"].join(""));
    at = end;
  }
  return whom.join("");
};
// Where the bracket that a piece opens is closed.
const closing = (pieces, from) => {
  let open = 0;
  for (let at = from; at < pieces.length; at += 1) {
    if (pieces[at].endsWith("(") && pieces[at][0] !== "\\") open += 1;
    if (pieces[at] === ")") open -= 1;
    if (!open) return at;
  }
  return pieces.length;
};
const is_on_touch = (selector) => pieces_of(selector).some((piece) => TOUCH.test(piece));
const is_about = (el, selector) => {
  try {
    return el.matches(selector);
  } catch {
    return true; // not understood
  }
};
const sheets_of = (root) => [...(root.styleSheets || []), ...(root.adoptedStyleSheets || [])];
// What may make a part larger, and what may bring it to sight.
const SIZING = /^((min-|max-)?(width|height|inline-size|block-size)|padding.*|transform|scale|zoom|flex-(basis|grow))$/,
  SHOWING =
    /^(display|(content-)?visibility|opacity|clip(-path)?|left|top|right|bottom|inset.*|margin.*|translate|z-index)$/;
const sets = (style, names) => [...style].some((name) => names.test(name));
// Those that may hold later and do not now: on touch, or where a variable has another value.
const rules_on_touch = once((root) =>
  sheets_of(root)
    .flatMap((sheet) => style_rules(open_rules(sheet)))
    .filter(({ selector, style, waits }) => waits || is_on_touch(selector) || /\b(var|if)\(/.test(style.content))
    .map(({ selector, style }) => ({
      whom: about(selector),
      writes: written_by(style),
      draws: pictured_by(style),
      lends: /counter|-quote/.test(style.content) || !!style.animationName,
      shows: sets(style, SHOWING) || sets(style, SIZING),
      sizes: sets(style, SIZING),
    }))
    .filter(({ writes, draws, lends, shows }) => lends || shows || draws.length > 0 || writes.length > 0),
);
// The trees whose style sheets may be about an element: its own, its shadow, its slot's and those around it.
const trees_about = (el) => {
  const trees = [el.shadowRoot, el.assignedSlot?.getRootNode()];
  for (let root = el.getRootNode(); root.host; root = root.host.getRootNode()) trees.push(root.host.getRootNode());
  return [...new Set(trees)].filter(Boolean);
};
const touched_by = once((el) => [
  ...rules_on_touch(el.getRootNode()).filter(({ whom }) => is_about(el, whom)),
  ...trees_about(el)
    .flatMap((tree) => rules_on_touch(tree))
    .filter(({ whom }) => whom === "*"),
]);
const of_variables = (style) => [...style].filter((name) => name.startsWith("--"));
const values_of = (style, names) => names.map((name) => style.getPropertyValue(name)).filter(Boolean);
// Words stand in what is written, in variables, and in quotes and signs of lists.
const written_by = (style) =>
  values_of(style, ["content", "quotes", "list-style-type", ...of_variables(style)]).filter((one) => /["'(]/.test(one));
const STRING = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|attr\(\s*([\w-]+)|var\(\s*(--[\w-]+)/g;
const DEEP = 8; // variables that name others
const text_written = (el, value, depth = 0) =>
  [...value.matchAll(STRING)]
    .map(([, one, two, name, variable]) =>
      variable ? text_of_variable(el, variable, depth) : (one ?? two ?? el.getAttribute(name) ?? ""),
    )
    .join(" ");
const text_of_variable = (el, name, depth) =>
  depth < DEEP ? text_written(el, getComputedStyle(el).getPropertyValue(name), depth + 1) : "";
// What counters, quotes and animations bring that such a rule only names.
const lent = once((root) =>
  sheets_of(root)
    .flatMap((sheet) => all_rules(open_rules(sheet)))
    .flatMap((rule) => [rule.symbols, rule.prefix, rule.suffix, rule.keyText && rule.style.content].filter(Boolean)),
);
const drawn_on_touch = (el) => [
  ...touched_by(el).flatMap(({ writes, lends }) =>
    [...writes, ...(lends ? lent(el.getRootNode()) : [])].map((value) => text_written(el, value)),
  ),
  ...parts_kept_back(el).map(({ content }) => text_written(el, content)),
];
// Parts that a style sheet keeps back, and shows by another rule.
const parts_kept_back = (el) =>
  ["::before", "::after"]
    .map((part) => getComputedStyle(el, part))
    .filter(({ content, display }) => display === "none" && !/^(none|normal)$/.test(content));
// Pictures, of whatever size: none is loaded.
const DRAWING = [
  "content",
  "background",
  "background-image",
  "border-image",
  "border-image-source",
  "list-style-image",
];
const MASKING = ["mask", "mask-image", "list-style", "cursor"];
const PICTURE = /url\(|image-set\(/;
const pictured_by = (style) =>
  values_of(style, [...DRAWING, ...MASKING, ...of_variables(style)]).filter(
    (one) => PICTURE.test(one) || /var\(/.test(one),
  );
const is_picture_of = (el, value, depth = 0) =>
  PICTURE.test(value) ||
  (depth < DEEP &&
    [...value.matchAll(/var\(\s*(--[\w-]+)/g)].some(([, name]) =>
      is_picture_of(el, getComputedStyle(el).getPropertyValue(name), depth + 1),
    ));
const pictures_of = (style) =>
  PICTURE.test([style.content, style.backgroundImage, style.borderImageSource, style.maskImage].join(" "));
const is_shown_on_touch = (el) => touched_by(el).some(({ shows }) => shows);
// One that is drawn, shown or made larger on touch.
const is_pictured_on_touch = (el) => {
  const rules = touched_by(el);
  return (
    rules.some(({ draws }) => draws.some((value) => is_picture_of(el, value))) ||
    (rules.some(({ shows }) => shows) && parts_kept_back(el).some(pictures_of)) ||
    (rules.some(({ sizes }) => sizes) && (is(el, "picture") || pictures_of(getComputedStyle(el))))
  );
};
// Whether a part that is not shown holds a picture that is larger than an icon, or may be.
const holds_picture = (el) =>
  [el, ...el.querySelectorAll("*")].some((one) => {
    const style = getComputedStyle(one),
      sides = [style.width, style.height, one.getAttribute("width"), one.getAttribute("height")];
    return (is(one, "picture") || pictures_of(style)) && !sides.some((side) => parseFloat(side) <= 24);
  });
// A pointer that is a picture may be of any size, too.
const has_cursor = (el) => PICTURE.test(getComputedStyle(el).cursor);
