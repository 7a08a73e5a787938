// The style rules of a tree, with whom each is about, whatever is touched.
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
