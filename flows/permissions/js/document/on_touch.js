// What a style sheet writes or draws where the pointer rests, the keyboard is or something is pressed, and not before.
const TOUCH =
    /^:(?:hover|focus|focus-visible|focus-within|active|target|target-within|open|popover-open|interest-\w+)$/,
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
const sheets_of = (root) => [...(root.styleSheets || []), ...(root.adoptedStyleSheets || [])];
// What may make a part larger, and what may bring it to sight.
const SIZING = /^((min-|max-)?(width|height|inline-size|block-size)|padding.*|transform|scale|zoom|flex-(basis|grow))$/,
  SHOWING =
    /^(display|(content-)?visibility|opacity|clip(-path)?|left|top|right|bottom|inset.*|margin.*|translate|z-index)$/;
const sets = (style, names) => [...style].some((name) => names.test(name));
// Those that may hold later and do not now: on touch, or where a variable has another value.
const may_hold_later = ({ selector, style, waits }) =>
  waits ||
  (/:(hover|focus|active|target|open|popover|interest)/.test(selector) && is_on_touch(selector)) ||
  /\b(var|if)\(/.test(style.content);
const rules_on_touch = once((root) =>
  sheets_of(root)
    .flatMap((sheet) => style_rules(open_rules(sheet)))
    .filter(may_hold_later)
    .map(({ selector, style }) => {
      const words = written_by(style),
        pictures = pictured_by(style),
        lends = /counter|-quote/.test(style.content) || !!style.animationName,
        sizes = sets(style, SIZING);
      return {
        root,
        whom: about(selector),
        words,
        pictures,
        lends,
        writes: words.length > 0 || lends,
        draws: pictures.length > 0,
        shows: sizes || sets(style, SHOWING),
        sizes,
      };
    }),
);
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
  ...touching(el, "writes", is_among).flatMap(({ words, lends }) =>
    [...words, ...(lends ? lent(el.getRootNode()) : [])].map((value) => text_written(el, value)),
  ),
  ...parts_kept_back(el).map(({ content }) => text_written(el, content)),
  ...tips_kept_back(el),
];
// What is not shown before a touch, as tips are made without any script.
const is_tip_on_touch = (el) => el.nodeType === 1 && !shown(el) && is_shown_on_touch(el);
const tips_kept_back = once((el) => [...kids(el)].filter(is_tip_on_touch).map(words_kept_back).map(clean));
const words_kept_back = (el) => [words_in(el), ...[el, ...el.querySelectorAll("*")].flatMap(texts_written)].join(" ");
// The parts of an element that a style sheet writes; to ask for one costs as much as for a style of its own.
const parts_written = once((el) =>
  ["::before", "::after"]
    .map((part) => getComputedStyle(el, part))
    .filter(({ content }) => content !== "none" && content !== "normal"),
);
const texts_written = (el) =>
  parts_written(el)
    .map(({ content }) => clean(text_written(el, content)))
    .filter((text) => /\p{L}/u.test(text));
// Those that it keeps back, and shows by another rule.
const parts_kept_back = (el) => parts_written(el).filter(({ display }) => display === "none");
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
const PICTURE = /url\(|image-set\(|paint\(/;
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
const is_shown_on_touch = (el) => touching(el, "shows", is_about).length > 0;
const is_sized_on_touch = (el) => touching(el, "sizes", is_about).length > 0;
// One that is drawn, shown or made larger on touch.
const is_pictured_on_touch = (el) =>
  touching(el, "draws", is_among).some(({ pictures }) => pictures.some((value) => is_picture_of(el, value))) ||
  (parts_kept_back(el).some(pictures_of) && is_shown_on_touch(el)) ||
  ((is(el, "picture") || pictures_of(getComputedStyle(el))) && is_sized_on_touch(el));
// Whether a part that is not shown holds a picture that is larger than an icon, or may be.
const holds_picture = (el) =>
  [el, ...el.querySelectorAll("*")].some((one) => {
    const style = getComputedStyle(one),
      sides = [style.width, style.height, one.getAttribute("width"), one.getAttribute("height")];
    return (is(one, "picture") || pictures_of(style)) && !sides.some((side) => parseFloat(side) <= 24);
  });
// A pointer that is a picture may be of any size, too.
const has_cursor = (el) => PICTURE.test(getComputedStyle(el).cursor);
