// What hears the pointer pass, the focus come or a text be chosen is told of it in the second look: the pointer once
// over each part, the focus at the box that hears, with values that no hand gave. A listener that asks for more than
// that may bring rows that were not seen.
const POINTED = ["mouse", "pointer"].flatMap((name) =>
    ["over", "enter", "move", "out", "leave"].map((act) => name + act),
  ),
  FOCUSED = ["focus", "focusin", "blur", "focusout"];
const CONDITION = /\bif\b|\bswitch\b|\bwhile\b|\?(?![.?])|&&|\|\||\]\s*(\?\.)?\s*\(/,
  VALUES =
    /\b((client|page|screen|offset|layer|movement)[XY]|buttons?|pointerType|relatedTarget|elements?FromPoint|activeElement)\b/,
  PART = /\b(target|srcElement|composedPath)\b/;
// With what it asks of the part, in its own words, taken for done.
const without_part = (source) => {
  let text = source.replace(LITERAL, " PART ");
  for (const [, name] of text.matchAll(/(?:const|let|var)\s+([\w$]+)\s*=\s*PART\b/g))
    text = text.replace(new RegExp(`(?<![\\w$.])${name.replace(/\$/g, "\\$")}(?![\\w$])`, "g"), "PART");
  return text.replace(/\bif\s*\(\s*!?\s*PART\s*\)|!?\s*\bPART\s*(&&|\|\||\?(?![.?]))/g, " ").replace(/\bPART\b/g, " ");
};
const asks_more = (text) =>
  CONDITION.test(bare_source(text)) || (VALUES.test(text) && /\[/.test(text)) || hands_on(text);
const is_felt_whole = (run, types) => {
  if (is_packed(run) || brings_nothing(run)) return true;
  const source = clock_of_page.source_of(run);
  if (/\[native code\]/.test(source)) return false;
  if (KNOWN_RUNS.some((rule) => rule.test(source))) return true;
  const text = types === POINTED ? without_part(source) : source;
  return !asks_more(text) && !PART.test(text);
};
const inner_runs = (box, run, type) => {
  if (clock_of_page.is_bound(run) && of_framework(box)) return []; // told by its notes
  const kept = of_jquery(box, run);
  return kept ? [...((kept.events || {})[type] || [])].map((one) => one.handler) : [run];
};
const felt_of = (box, type) =>
  [...runs_of_focus(box, in_phases([type])), box[`on${type}`]]
    .filter(Boolean)
    .flatMap((run) => inner_runs(box, run, type));
// Without a part that the keyboard comes to, no focus moves.
const focus_moves = once(() =>
  [...place.keys()].some((el) => (is(el, "focusable") || is(el, "interactive")) && shown(el)),
);
const felt_in_part = (box) =>
  [POINTED, focus_moves(document.body) ? FOCUSED : [], ["selectionchange"]].flatMap((types) =>
    types.flatMap((type) =>
      felt_of(box, type)
        .filter((run) => !is_felt_whole(run, types))
        .map((run) => ({ types: [type], said: said_by(run), source: clock_of_page.source_of(run) })),
    ),
  );
// The focus of a control alone is told with the control.
const ON_FELT = [...POINTED, ...FOCUSED].map((type) => `on${type}`);
const hears_within = (el) =>
  (clock_of_page.phases.has(el) || ON_FELT.some((name) => el[name])) && !kind_of(el) && !is(el, "interactive");
const felt_otherwise = () => [
  ...[...ROOTS].flatMap((box) => felt_in_part(box).map((one) => ({ el: document.body, box, ...one }))),
  ...[...place.keys()]
    .filter((el) => !ROOTS.has(el) && hears_within(el))
    .flatMap((el) => felt_in_part(el).map(({ types, said }) => ({ el, types, said }))),
];
