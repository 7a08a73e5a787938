// Listeners that hear presses or keys for a whole part of the page, and what of them cannot be followed: which
// parts one is about is told by none of its words, or what it does is more than hiding, marking or noting. Rows may
// stand behind it.
const clock_of_page = globalThis[Symbol.for("rest")];
const PRESSED = /^(click|dblclick|mousedown|mouseup|pointerdown|pointerup|touchstart|touchend|contextmenu|auxclick)$/,
  TYPED = /^(keydown|keyup|keypress)$/;
// Whether each look at what was pressed asks for something that is written there: `rules_above` knows it then.
const LITERAL =
  /(?:\b[\w$]+\s*\??\.\s*)?\b(?:target|srcElement|TARGET)\s*\??\.\s*(?:(?:closest|matches|getAttribute|hasAttribute|classList\??\s*\.\s*contains|className\s*\.\s*includes)\s*(?:\?\.)?\(\s*(["'`])(?:(?!\1).)+\1\s*\)|(?:id|tagName|nodeName|localName|className|dataset\s*\.\s*\w+|textContent|innerText)\b(?:\s*\.\s*(?:trim|toLowerCase|toUpperCase)\(\))?\s*[!=]==?\s*(["'`])(?:(?!\2).)*\2|dataset\s*\.\s*\w+)/g;
// Whether it does something where the answer is no: then it is about everything else, and its words tell nothing. "If
// it is not this, return" is a yes.
const RETURNS = /if\s*\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)\s*\{?\s*return\s*;?/g;
const acts_on_no = (source) => {
  const asked = source.replace(RETURNS, "").replace(LITERAL, (all) => (/!==?/.test(all) ? " NOT " : " ASKED "));
  const plain = bare_source(asked).replace(/\?\.|\?\?=?/g, " ");
  return /\bNOT\b|!(?!=)|!==?|[=]==?\s*(null|undefined|false)\b|\belse\b|\|\||\?/.test(plain);
};
const asks_by_words = (source) => {
  let text = source;
  for (const [all, name] of source.matchAll(
    /(?:const|let|var)\s+([\w$]+)\s*=\s*[\w$]+\.(?:target|srcElement)\s*(?=[;,\n])/g,
  ))
    text = text
      .replace(all, "")
      .replace(new RegExp(`(?<![\\w$.])${name.replace(/\$/g, "\\$")}(?=\\s*\\??\\.)`, "g"), "event.target");
  const asked = text.match(LITERAL) || [];
  return (
    asked.length > 0 &&
    !acts_on_no(text) &&
    !/\b(target|srcElement|composedPath|elementFromPoint|clientX|pageX|activeElement)\b/.test(text.replace(LITERAL, ""))
  );
};
// Whether it asks for nothing but keys, each by itself: not for two in a row, nor for what else is the case.
const asks_for_keys_alone = (source) => {
  const { keys, codes, numbers } = named_in(source),
    ways = [keys, codes, numbers].filter((some) => some.length).length;
  const named = NAMING.reduce((rest, rule) => rest.replace(rule, " KEY "), source);
  let text = bare_source(named).replace(/\b(?!return\b|else\b)[\w$]+(\.[\w$]+)*\??\s+KEY\b/g, " KEY "), // of whom
    before;
  do {
    before = text;
    text = text.replace(/!?\s*\(\s*KEY\s*\)|\bKEY\s*(&&|\|\|)\s*!?\s*KEY\b/g, " KEY ");
  } while (text !== before);
  return ways < 2 && !/\bif\s*\(|\bswitch\b|\bwhile\b|\?(?![.?])|&&|\|\|/.test(text.replace(/\bKEY\s*&&/g, " "));
};
// Whether every key that it asks for is sent.
const sends_each = (source) => {
  const named = named_keys(source);
  return (
    named.length <= MOST_AT_ONCE &&
    named.every(may_go_down) &&
    asks_for_keys_alone(source) &&
    !/\b(key|code|which|keyCode|charCode)\b/.test(besides_keys(source)) &&
    !/\b(ctrlKey|altKey|metaKey|shiftKey|getModifierState|repeat|isComposing|isTrusted)\b/.test(source)
  );
};
// Keys: those that are written there go down in the second look, unless they press something, or go down together with
// others.
const hands_on = (source) =>
  /\(\s*(e|ev|evt|event)\s*[,)](?!\s*=>)(?!\s*\{)/.test(source.replace(/^[^{=]*(\{|=>)/, ""));
const is_sent = (source) => sends_each(source) && !hands_on(source);
// Escape closes, wherever it is heard: one that asks for no other key brings nothing.
const ESCAPE = /\.(key|code)\s*===?\s*(["'`])(Escape|Esc)\2|\.(which|keyCode)\s*===?\s*27\b/g;
const closes = (source) =>
  (source.match(ESCAPE) || []).length > 0 &&
  !/\b(key|code|which|keyCode|charCode)\b/.test(source.replace(ESCAPE, "")) &&
  !acts_on_no(source.replace(ESCAPE, "ESCAPE").replace(/!\s*(?=[\w$.]+\s*\))/g, ""));
// Where a framework listens for all: what it binds there is told by its notes on the elements.
const of_framework = (box) =>
  Object.keys(box).some((key) => /^_reactListening|^__reactContainer\$|^_reactRootContainer$/.test(key));
const KNOWN_RUNS = known_listeners.map((rule) => new RegExp(rule));
// Code of a file, packed as libraries are: every kit listens so, and what is packed cannot be followed.
const looks_packed = (run) => is_dense(clock_of_page.source_of(run));
const is_packed = (run) => clock_of_page.is_of_a_file(run) && looks_packed(run);
const verdicts = (globalThis[Symbol.for("verdicts")] ??= new WeakMap());
const is_followed = (run, types) => {
  const kept = verdicts.get(run);
  if (kept !== undefined) return kept;
  const source = clock_of_page.source_of(run),
    typed = types.some((type) => TYPED.test(type)),
    pressed = types.some((type) => PRESSED.test(type));
  const followed =
    KNOWN_RUNS.some((rule) => rule.test(source)) ||
    is_packed(run) ||
    (source.length <= 20000 &&
      !/\[native code\]/.test(source) &&
      !/\bisTrusted\b/.test(source) &&
      (shows_nothing(source) ||
        asks_by_words(source) ||
        asks_in_data(source) ||
        (!pressed && typed && (is_sent(source) || closes(source)))));
  verdicts.set(run, followed);
  return followed;
};
for (const one of clock_of_page.far.values())
  one.quiet ??= typeof one.run === "function" && shows_nothing(clock_of_page.source_of(one.run));
// By each of these boxes, the functions that hear of it, and of what.
const ROOTS = new Set([window, document, document.documentElement, document.body]);
const runs_of_box = (box) => {
  const runs = new Map(),
    put = (run, type) =>
      typeof run === "function" || run?.handleEvent ? runs.set(run, [...(runs.get(run) || []), type]) : null;
  for (const [type, set] of clock_of_page.heard_of(box))
    if (ROOTS.has(box) || PRESSED.test(type) || TYPED.test(type)) for (const run of set) put(run, type);
  for (const name of [...ON_PRESS, "onkeydown", "onkeyup", "onkeypress"]) put(box[name], name.slice(2));
  return runs;
};
// What frameworks noted on an element, to be called when it is pressed.
const runs_noted = (el) =>
  Object.keys(el).flatMap((key) => {
    if (/^(\$\$|__)(click|mousedown|pointerdown|dblclick|pointerup)$/.test(key)) return el[key] ? [[key, el[key]]] : [];
    return Object.entries(notes_of(el, key) || {}).filter(([name, run]) => calls(name, run));
  });
const unfollowed_notes = (el) =>
  runs_noted(el)
    .filter(([, run]) => typeof run !== "function" || !(looks_packed(run) || is_followed(run, ["click"])))
    .map(([name, run]) => ({ types: [name], said: said_by(run) }));
const of_jquery = (box, run) =>
  Object.keys(box)
    .filter((key) => key.startsWith("jQuery"))
    .map((key) => box[key])
    .find((kept) => kept && kept.handle === run);
const unfollowed = (box) =>
  [...runs_of_box(box)].flatMap(([run, types]) => {
    if (clock_of_page.is_bound(run) && of_framework(box)) return [];
    const kept = of_jquery(box, run);
    const inner = kept ? handlers_of_jquery(kept, types) : [run];
    const of_a_file = clock_of_page.is_of_a_file(run);
    return inner
      .filter((one) => !is_followed(one, types) && !(kept && of_a_file && looks_packed(one)))
      .map((one) => ({ types, said: said_by(one), source: clock_of_page.source_of(one) }));
  });
const handlers_of_jquery = (kept, types) =>
  types
    .flatMap((type) => [...((kept.events || {})[type] || [])])
    .filter((one) => !one.selector)
    .map((one) => one.handler);
const said_by = (run) => clean(clock_of_page.source_of(run)).slice(0, 80);
// Whether the press of a link may be kept back, and something else be done; or be done as soon as the keyboard comes.
const is_kept_back = (link) =>
  asked_apart(link) || unfollowed(link).length > 0 || unfollowed_notes(link).length > 0 || hears_own_focus(link);
const hears_own_focus = (el) =>
  [...runs_of_focus(el, in_phases(["focus", "focusin", "blur", "focusout"])), el.onfocus, el.onblur].some(
    (run) => run && !is_packed(run) && !brings_nothing(run),
  );
// A part of the page that hears for what is in it: it holds several rows, or several texts beside them, or the controls
// of a row. What the rest of a row hears is told with the row.
const hears_for_others = (el, homes, is_row_part) => {
  if (is(el, "library_row") || homes.has(el)) return false;
  if (is_row_part(el)) return is_around_control(el);
  const inner = [...homes].filter((home) => inside(home, el));
  const texts = texts_in(el).filter((t) => !near(t.el, "column_head")); // what a head's press does is told there
  return inner.length > 0 || (texts.length > 2 && !near(el, "pressable"));
};
const is_around_control = (el) =>
  !kind_of(el) && el.localName !== "label" && options.some((o) => o.el !== el && inside(o.el, el));
// Who hears that the keyboard comes to a part, or leaves it: the part itself, what is around it and is told of every
// focus in it, and notes of frameworks. What hears for all of the document as well is told nothing more at the part:
// there, too, packed code of a file is let be.
const runs_of_focus = (box, types) => types.flatMap((type) => [...(clock_of_page.phases.get(box)?.get(type) || [])]);
const in_phases = (types) => types.flatMap((type) => [`${type} captured`, `${type} rising`]);
const is_written_here = (run) => {
  const source = clock_of_page.source_of(run);
  return [...document.scripts].some((script) => !script.src && script.text.includes(source));
};
const is_heard_for_all = (run, type) =>
  runs_of_focus(document, [`${type} always`]).includes(run) && is_packed(run) && !is_written_here(run);
const is_of_focus = (name) => /^(on(Focus|Blur)(Capture)?|(\$\$|__)(focus|blur|focusin|focusout))$/.test(name);
const notes_of_focus = (el) =>
  Object.keys(el)
    .flatMap((key) => [[key, el[key]], ...Object.entries(notes_of(el, key) || {})])
    .filter(([name, run]) => is_of_focus(name) && typeof run === "function")
    .filter(([, run]) => !looks_packed(run) && !brings_nothing(run));
const jquery_of_focus = (kept, el) =>
  ["focusin", "focusout", "focus", "blur"]
    .flatMap((type) => [...((kept.events || {})[type] || [])])
    .filter((one) => !one.selector || !is_selector(one.selector) || el.closest(one.selector))
    .map((one) => one.handler);
const brings_by_focus = (box, el) =>
  runs_of_focus(box, [...in_phases(["focusin", "focusout"]), "focus captured", "blur captured"]).some((run) => {
    if (clock_of_page.is_bound(run) && of_framework(box)) return false; // told by its notes
    const kept = of_jquery(box, run);
    if (!kept) return !is_packed(run) && !brings_nothing(run);
    return jquery_of_focus(kept, el).some((one) => !looks_packed(one) && !brings_nothing(one));
  });
const is_stop = once((el) => {
  if (!is(el, "focusable")) return false;
  const own = [
    ...runs_of_focus(el, in_phases(["focus", "focusin"])).filter((run) => !is_heard_for_all(run, "focusin")),
    ...runs_of_focus(el, in_phases(["blur", "focusout"])).filter((run) => !is_heard_for_all(run, "focusout")),
  ];
  if ([...own, el.onfocus, el.onblur].some((run) => run && !brings_nothing(run))) return true;
  const around = [];
  for (let n = up(el); n && n.nodeType === 1; n = up(n)) around.push(n);
  return (
    [...around, document, window].some((box) => brings_by_focus(box, el)) ||
    [el, ...around].some((n) => notes_of_focus(n).length > 0)
  );
});
const has_listeners = (el) =>
  clock_of_page.heard_of(el).size || ON_PRESS.some((name) => el[name]) || el.onkeydown || el.onkeyup;
const heard_for_others = (homes, is_row_part) => {
  const heard = [...ROOTS].flatMap((box) => unfollowed(box).map((one) => ({ el: document.body, box, ...one })));
  for (const [run, type] of clock_of_page.wary)
    if (!is_packed(run)) heard.push({ el: document.body, types: [type], said: said_by(run) });
  heard.push(...felt_otherwise());
  for (const el of place.keys()) {
    if (el === document.body || !(has_listeners(el) || told(el) || asked_above(el) || is_stop(el))) continue;
    if (!shown(el)) continue;
    const for_others = hears_for_others(el, homes, is_row_part),
      // a part of a row that the keyboard only goes through is told by no row
      in_grid = !for_others && !!near(el, "roves") && (homes.has(el) || is_row_part(el));
    if (is_stop(el) && (for_others || in_grid))
      heard.push({ el, types: ["focus"], said: "by a part that the keyboard comes to" });
    if (!for_others) continue;
    // What asks for the box around a control, pressed in it, hears for the control.
    const is_asked = is_row_part(el) ? asked_strictly(el) : asked_above(el);
    const asked = is_asked ? [{ types: ["pressed"], said: "by whoever hears for all of the page" }] : [];
    const own = unfollowed(el).filter(({ types }) => !is_row_part(el) || types.some((type) => PRESSED.test(type)));
    for (const one of [...own, ...unfollowed_notes(el), ...asked]) heard.push({ el, ...one });
  }
  return heard;
};
