// What a style sheet writes where the pointer rests, the keyboard is or something is pressed, and not before.
const TOUCH = /:(?:hover|focus-visible|focus-within|focus|active)\b/,
  ANY = ":not(not)"; // there is no such element
const open_rules = (sheet) => {
  try {
    return [...sheet.cssRules];
  } catch {
    return []; // of another origin: the site's guard says whose
  }
};
// Every style rule of a sheet with its whole selector: one within another is told by the box around it.
const style_rules = (rules, around = "") =>
  rules.flatMap((rule) => {
    if (rule.styleSheet) return style_rules(open_rules(rule.styleSheet));
    const own = rule.selectorText
      ? around &&
        (rule.selectorText.includes("&") ? rule.selectorText.replaceAll("&", around) : `${around} ${rule.selectorText}`)
      : around;
    const whole = own || rule.selectorText || "";
    return [
      ...(rule.style && whole ? [[whole, rule.style]] : []),
      ...style_rules([...(rule.cssRules || [])], whole && `:is(${whole})`),
    ];
  });
// Whom a rule is about, whatever is touched, and whatever part of an element it draws.
const about = (selector) =>
  selector
    .replace(/:(?:is|where)\((?=[^()]*:(?:hover|focus|active))[^()]*\)/g, ANY)
    .replace(new RegExp(TOUCH, "g"), ANY)
    .replace(/::?(?:before|after|marker)\b/g, ANY);
const written_by = (style) => [
  style.content,
  ...[...style].filter((name) => name.startsWith("--")).map((name) => style.getPropertyValue(name)),
];
const WRITES = /["'(]/;
const rules_on_touch = once((root) =>
  [...(root.styleSheets || []), ...(root.adoptedStyleSheets || [])]
    .flatMap((sheet) => style_rules(open_rules(sheet)))
    .filter(([selector, style]) => TOUCH.test(selector) && written_by(style).some((one) => WRITES.test(one)))
    .map(([selector, style]) => [about(selector), written_by(style)]),
);
const is_about = (el, selector) => {
  try {
    return el.matches(selector);
  } catch {
    return false;
  }
};
const text_written = (el, value) =>
  [...value.matchAll(/"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|attr\(\s*([\w-]+)/g)]
    .map(([, one, two, name]) => one ?? two ?? el.getAttribute(name) ?? "")
    .join(" ");
const drawn_on_touch = (el) =>
  rules_on_touch(el.getRootNode())
    .filter(([selector]) => is_about(el, selector))
    .flatMap(([, values]) => values.map((value) => text_written(el, value)));
