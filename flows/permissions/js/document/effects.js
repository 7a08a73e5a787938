// Whoever hears presses or keys for a whole part of the page, and what of it nobody can follow: which parts it is about is told by none of its
// words, or what it does is more than hiding, marking or noting. Rows may stand behind it.
const clock_of_page = globalThis[Symbol.for("rest")];
const PRESSED = /^(click|dblclick|mousedown|mouseup|pointerdown|pointerup|touchstart|touchend|contextmenu|auxclick)$/,
  TYPED = /^(keydown|keyup|keypress)$/;
const bare_source = (source) =>
  source
    .replace(/^(async\s+)?(?!function\b|if\b)[\w$]+\s*\(/, "(") // a method by its own name
    .replace(/\bfunction\s*\*?\s*[\w$]*/g, "function")
    .replace(/\/\*[\s\S]*?\*\/|(^|[^:"'`\\])\/\/[^\n]*/g, "$1")
    .replace(/(["'`])(?:\\.|(?!\1)[^\\])*\1/g, '""');
// Calls that bring no rows, by their names; of two that could, by what they are called on or with.
const WORDS_OF_LANGUAGE = new Set(
  "if for while switch return function catch typeof in of do else await async void case throw delete".split(" "),
);
const QUIET = new Set(harmless_calls);
const shows_nothing = (source) => {
  const bare = bare_source(source);
  for (const [, before, name] of bare.matchAll(/([\w$\])]\s*\??\.\s*)?([A-Za-z_$][\w$]*)\s*(?:\?\.)?\s*\(/g)) {
    if (!before && WORDS_OF_LANGUAGE.has(name)) continue;
    if (/^(add|remove|toggle|replace)$/.test(name) && before) continue;
    if (!QUIET.has(name)) return false;
  }
  if (/\]\s*(\?\.)?\s*\(|\)\s*\?\.\s*\(/.test(bare)) return false; // whatever stands there is called
  if (/\.add\(/.test(bare) && !/classList\s*\??\.\s*add\(/.test(bare)) return false;
  if (
    /\.push\(/.test(bare) &&
    !/(dataLayer|_paq|_gaq|events|queue|clicks|log|logs|sent|seen|tracked|metrics|stats|buffer|records|beacons|hits|presses|moves)\s*\??\.\s*push\(/i.test(
      bare,
    )
  )
    return false;
  if (
    /\.setAttribute\(/.test(bare) &&
    !/\.setAttribute\(\s*["'`](aria-|class|hidden|style|tabindex|data-focus)/.test(source)
  )
    return false;
  for (const [, name] of bare.matchAll(/\.([\w$]+)\s*(?:[-+*/|&?]{0,2}=(?![=>])|\+\+|--)/g))
    if (!harmless_sets.includes(name)) return false;
  if (/\.open\s*=(?!=)/.test(bare) && !/\.open\s*=\s*(false|!1)/.test(bare)) return false;
  return !/\[[^\]]+\]\s*=(?![=>])|\bimport\s*\(|\bnew\s+(?!Set|Map|Date|URL\b)|`|\byield\b/.test(
    bare.replace(/\bsuper\b/g, ""),
  );
};
// Whether each look at what was pressed asks for something that is written there: `rules_above` knows it then.
const LITERAL =
  /(?:\b[\w$]+\s*\??\.\s*)?\b(?:target|srcElement|TARGET)\s*\??\.\s*(?:(?:closest|matches|getAttribute|hasAttribute|classList\??\s*\.\s*contains|className\s*\.\s*includes)\(\s*(["'`])(?:(?!\1).)+\1\s*\)|(?:id|tagName|nodeName|localName|className|dataset\s*\.\s*\w+|textContent|innerText)\b(?:\s*\.\s*(?:trim|toLowerCase|toUpperCase)\(\))?\s*[!=]==?\s*(["'`])(?:(?!\2).)*\2|dataset\s*\.\s*\w+)/g;
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
    !/\b(target|srcElement|composedPath|elementFromPoint|clientX|pageX|activeElement)\b/.test(text.replace(LITERAL, ""))
  );
};
// Keys: those that are written there go down in the second look, unless they press something, or go down together with others.
const NAMES_KEY =
  /\.(key|code)\s*[!=]==?\s*(["'`])(?:(?!\2).)*\2|(["'`])(?:(?!\3).)*\3\s*[!=]==?\s*[\w$.]+\.(key|code)\b|\.(which|keyCode)\s*[!=]==?\s*\d+|\d+\s*[!=]==?\s*[\w$.]+\.(which|keyCode)\b|\[(?:\s*["'`][^"'`]*["'`]\s*,?)+\]\s*\.\s*(?:includes|indexOf)\(\s*[\w$.]+\.(?:key|code)\s*\)/g;
const is_sent = (source) =>
  !ENTERS.test(source) &&
  !/(["'`])(Delete|Backspace|Escape|Esc|Tab|NumpadEnter)\1|(keyCode|which)\s*={2,3}\s*(8|9|27|46)\b/.test(source) &&
  !/\b(ctrlKey|altKey|metaKey|shiftKey|getModifierState|repeat|isComposing|isTrusted)\b/.test(source) &&
  !/\b(key|code|which|keyCode|charCode)\b/.test(source.replace(NAMES_KEY, "")) &&
  !/\(\s*(e|ev|evt|event)\s*[,)](?!\s*=>)(?!\s*\{)/.test(source.replace(/^[^{=]*(\{|=>)/, ""));
// Where a framework listens for all: what it binds there is told by its notes on the elements.
const of_framework = (box) =>
  Object.keys(box).some((key) => /^_reactListening|^__reactContainer\$|^_reactRootContainer$/.test(key));
const KNOWN_RUNS = known_listeners.map((rule) => new RegExp(rule));
// Code of a file, packed as libraries are: every kit listens so, and nobody can follow what is packed.
const looks_packed = (run) => !/\n|\) \{|=> | =>|, \w|; |\S = /.test(bare_source(clock_of_page.source_of(run)));
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
        (!pressed && typed && is_sent(source))));
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
      .map((one) => ({ types, said: said_by(one) }));
  });
const handlers_of_jquery = (kept, types) =>
  types
    .flatMap((type) => [...((kept.events || {})[type] || [])])
    .filter((one) => !one.selector)
    .map((one) => one.handler);
const said_by = (run) => clean(clock_of_page.source_of(run)).slice(0, 80);
// A part of the page that hears for what is in it: it holds several rows, or several texts beside them. What a row hears is told with the row.
const hears_for_others = (el, homes) =>
  (clock_of_page.heard_of(el).size || ON_PRESS.some((name) => el[name]) || el.onkeydown || el.onkeyup) &&
  !is(el, "library_row") &&
  (homes.filter((home) => home !== el && inside(home, el)).length > 1 ||
    (texts_in(el).length > 2 && !near(el, "pressable")));
const heard_for_others = (homes, is_row_part) => {
  /** @type {any[]} */
  const boxes = [...ROOTS];
  for (const el of place.keys())
    if (el !== document.body && hears_for_others(el, homes) && !is_row_part(el)) boxes.push(el);
  const wary = [...clock_of_page.wary]
    .filter(([run]) => !is_packed(run))
    .map(([run, type]) => ({ el: document.body, types: [type], said: said_by(run) }));
  const heard = boxes.flatMap((box) =>
    unfollowed(box).map((one) => ({ el: box.nodeType === 1 ? box : document.body, ...one })),
  );
  return [...wary, ...heard];
};
