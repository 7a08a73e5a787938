// What hears a press: by a listener of its own, by a note of its framework, or by a listener further up that asks what
// was pressed.
const ON_PRESS = [
  "onclick",
  "ondblclick",
  "onpointerdown",
  "onpointerup",
  "onmousedown",
  "onmouseup",
  "ontouchstart",
  "ontouchend",
  "oncontextmenu",
];
const NOTED =
  /^on(Click|DoubleClick|AuxClick|ContextMenu|MouseDown|MouseUp|PointerDown|PointerUp|TouchStart|TouchEnd)(Capture)?$/;
// Frameworks that listen once, at their root, keep on each element what is to be called when it is pressed.
const BY_KEY = /^onKey(Down|Up|Press)(Capture)?$/,
  ENTERS = /(["'`])(Enter| |Space|Spacebar)\1|(keyCode|which)\s*={2,3}\s*(13|32)\b/;
const calls = (name, run) =>
  typeof run === "function" &&
  (NOTED.test(name) || (BY_KEY.test(name) && ENTERS.test(globalThis[Symbol.for("rest")].source_of(run))));
const notes_of = (el, key) =>
  /^__react(Props|EventHandlers)\$/.test(key) || key === "$EV"
    ? el[key]
    : key.startsWith("__reactInternalInstance$")
      ? el[key]?._currentElement?.props
      : null;
const told = (el) =>
  Object.keys(el).some((key) =>
    /^(\$\$|__)(click|mousedown|pointerdown|dblclick|pointerup)$/.test(key)
      ? !!el[key]
      : Object.entries(notes_of(el, key) || {}).some(([name, run]) => calls(name, run)),
  );
// A listener further up tells by its own words what it is about: the selectors, classes, ids, attributes and texts that
// it asks for.
const ASKS = /(?:closest|matches|is|querySelector|querySelectorAll|on)(?:\?\.)?\(\s*(["'`])((?:(?!\1).)+)\1/g,
  CLASSES = /(?:classList\??\.contains|className\.includes|hasClass)\(\s*(["'`])((?:(?!\1).)+)\1/g,
  ATTRIBUTES = /(?:hasAttribute|getAttribute)\(\s*(["'`])((?:(?!\1).)+)\1/g,
  DATA = /dataset(?:\.(\w+)|\[\s*["'`](\w+)["'`]\s*\])/g,
  // where `name in element.dataset` is asked
  NAMED = /\(\s*(["'`])([a-z]\w*)\1\s*\)|(["'`])([a-z]\w*)\3\s+in\s+[\w$.]+\.dataset\b/g,
  EQUALS = /(?:===?|!==?|case)\s*(["'`])((?:(?!\1).)+)\1|(["'`])((?:(?!\3).)+)\3\s*(?:===?|!==?)/g;
const asks_in_data = (source) => /\bin\s+[\w$.]+\.dataset\b/.test(source) && source.search(NAMED) >= 0;
const kebab = (name) => name.replace(/[A-Z]/g, (c) => "-" + c.toLowerCase());
const asked_by = once((run) => {
  const source = globalThis[Symbol.for("rest")].source_of(run),
    found = { selectors: [], texts: [] };
  if (source.length > 20000 || !/target|composedPath|srcElement|\bon\(/.test(source)) return found;
  for (const m of source.matchAll(ASKS)) found.selectors.push(m[2]);
  for (const m of source.matchAll(CLASSES)) found.selectors.push("." + CSS.escape(m[2].trim()));
  for (const m of source.matchAll(ATTRIBUTES)) found.selectors.push("[" + CSS.escape(m[2]) + "]");
  for (const m of source.matchAll(DATA)) found.selectors.push("[data-" + kebab(m[1] || m[2]) + "]");
  if (asks_in_data(source))
    for (const m of source.matchAll(NAMED)) found.selectors.push("[data-" + kebab(m[2] || m[4]) + "]");
  for (const m of source.matchAll(EQUALS)) {
    const said = m[2] || m[4];
    if (/tagName|nodeName|localName/.test(source) && /^[a-z][a-z0-9-]*$/i.test(said))
      found.selectors.push(said.toLowerCase());
    if (/\.id\b/.test(source)) found.selectors.push("#" + CSS.escape(said));
    if (/className/.test(source))
      found.selectors.push(
        "." +
          said
            .trim()
            .split(/\s+/)
            .map((name) => CSS.escape(name))
            .join("."),
      );
    if (/textContent|innerText|\.data\b|nodeValue/.test(source)) found.texts.push(clean(said));
  }
  return found;
});
// A listener that only measures or closes asks for parts of the page as well: nothing stands behind those.
const brings_nothing = once((run) => {
  const source = globalThis[Symbol.for("rest")].source_of(run);
  return source.length <= 20000 && !/\[native code\]|\bisTrusted\b/.test(source) && shows_nothing(source);
});
// What jQuery keeps of the listeners that it was given for parts of a box.
const kept_by_jquery = (box) =>
  Object.keys(box)
    .filter((key) => key.startsWith("jQuery"))
    .flatMap((key) => Object.entries((box[key] && box[key].events) || {}))
    .filter(([type]) => /^(click|dblclick|mousedown|mouseup|pointerdown|pointerup|touchstart|touchend)$/.test(type))
    .flatMap(([, list]) => [...list].filter((one) => one.selector && !brings_nothing(one.handler)))
    .map((one) => one.selector);
const is_selector = (rule) => {
  try {
    document.body.matches(rule); // throws where it is none
    return !/^(html|body|main|\*|:root)$/i.test(rule);
  } catch {
    return false;
  }
};
// Whether it looks for what is around the thing that was pressed, as one that hears for a group of controls does.
const climbs_up = (run) =>
  /closest|composedPath|parent(Node|Element)|\.path\b/.test(globalThis[Symbol.for("rest")].source_of(run));
const rules_above = (() => {
  const clock = globalThis[Symbol.for("rest")],
    rules = [];
  const boxes = [
    window,
    document,
    document.documentElement,
    document.body,
    ...[...place.keys()].filter(
      (el) => el !== document.body && el.firstElementChild && (clock.hears.has(el) || el.onclick),
    ),
  ];
  for (const box of boxes) {
    const heard = [...(clock.heard_by.get(box) || []), ...ON_PRESS.map((name) => box[name]).filter(Boolean)],
      runs = heard.filter((run) => !brings_nothing(run)),
      texts = runs.flatMap((run) => asked_by(run).texts);
    const usable = (some) => [...new Set(some)].filter(is_selector),
      selectors = usable([...runs.flatMap((run) => asked_by(run).selectors), ...kept_by_jquery(box)]),
      strict = usable(runs.filter((run) => !climbs_up(run)).flatMap((run) => asked_by(run).selectors));
    if (selectors.length || texts.length)
      rules.push({
        box: box.nodeType === 1 ? box : null,
        rule: selectors.join(", "),
        strict: strict.join(", "),
        apart: selectors.filter((rule) => !/^a(\[href\])?$/i.test(rule)).join(", "), // not about links as such
        texts: new Set(texts),
      });
  }
  return rules;
})();
const asked_above = once((el) =>
  rules_above.some(
    ({ box, rule, texts }) =>
      (!box || (box !== el && box.contains(el))) &&
      ((rule && el.matches(rule)) || (texts.size && !el.firstElementChild && texts.has(clean(el.textContent)))),
  ),
);
const asked_by_rule = (el, which) =>
  rules_above.some(
    (one) => one[which] && (!one.box || (one.box !== el && one.box.contains(el))) && el.matches(one[which]),
  );
const asked_apart = (el) => asked_by_rule(el, "apart");
const asked_strictly = (el) => asked_by_rule(el, "strict"); // the press is on it, not on what it holds
// A press can also be answered by who hears that a form is sent, that the address changes behind its #, or that the
// focus comes.
const answered_by = (box, types) =>
  types.some((type) =>
    [...(globalThis[Symbol.for("rest")].answers.get(box)?.get(type) || []), box[`on${type}`]].some(
      (run) => run && !brings_nothing(run),
    ),
  );
const sends = (el) =>
  el.form && /^(submit|image|reset)$/.test(el.type) && (el.localName === "button" || el.localName === "input");
// A form that is sent to another page needs no listener.
const leads_by_form = (el) =>
  sends(el) && el.type !== "reset" && (el.form.hasAttribute("action") || el.hasAttribute("formaction"));
const answers = once((el) => {
  /** @type {any[]} */
  const around = [document.body, document.documentElement, document, window];
  for (let n = el.form; n && n.nodeType === 1; n = up(n)) around.push(n);
  if (leads_by_form(el)) return true;
  if (sends(el) && around.some((box) => answered_by(box, ["submit", "reset"]))) return true;
  if (/^#/.test(el.getAttribute("href") || "") && answered_by(window, ["hashchange", "popstate"])) return true;
  return answered_by(el, ["focus", "focusin", "blur", "focusout", "keydown", "keyup", "keypress"]);
});
const hears = once(
  (el) =>
    clock_at(el).hears.has(el) ||
    ON_PRESS.some((name) => el[name]) ||
    told(el) ||
    is(el, "acts") ||
    asked_above(el) ||
    ((is(el, "pressable") || sends(el)) && answers(el)),
);
