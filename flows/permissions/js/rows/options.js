// Options (radios and the like) with what each says about itself: `options`, and `belongs`, the texts that are part of
// one.
const named_by = (el) =>
  (el.getAttribute("aria-labelledby") || "")
    .split(/\s+/)
    .map((id) => id && el.getRootNode().getElementById(id))
    .filter(Boolean)
    .map(words_of)
    .join(" ");
const own_words = (el) => {
  const out = [el.getAttribute("aria-label"), named_by(el)];
  const inner =
    el.tagName === "INPUT"
      ? el
      : all(el, "radio")
          .concat(all(el, "checkbox"))
          .find((x) => x.tagName === "INPUT");
  for (const label of (inner && inner.labels) || []) out.push(words_of(label));
  if (inner && inner !== el) out.push(inner.getAttribute("aria-label"));
  if (el.tagName !== "INPUT") {
    if (el.getAttribute("label")) out.push(el.getAttribute("label"));
    out.push(words_of(el));
  }
  if (!out.some(clean)) out.push((inner && inner.title) || el.title);
  return [...new Set(out.map(clean).filter(Boolean))];
};
const state = (el) => {
  const inner =
    el.tagName === "INPUT"
      ? null
      : all(el, "radio")
          .concat(all(el, "checkbox"))
          .find((x) => x.tagName === "INPUT");
  if (el.tagName === "INPUT") return el.indeterminate ? null : el.checked;
  if (inner) return inner.checked;
  const aria = el.getAttribute("aria-checked") ?? (is(el, "pressed") ? el.getAttribute("aria-pressed") : null);
  return aria !== null
    ? aria === "true"
      ? true
      : aria === "false"
        ? false
        : null
    : el.checked === true || (el.hasAttribute("checked") && el.getAttribute("checked") !== "false");
};
const locked = (el) => {
  const inner = all(el, "radio").concat(all(el, "checkbox"))[0];
  return (inner && inner.matches(":disabled")) || el.matches(":disabled") || !!near(el, "disabled");
};
const key_of = (el) => {
  const inner = el.tagName === "INPUT" ? el : all(el, "radio").find((x) => x.name) || el;
  return inner.name || el.getAttribute("name") || near(up(el), "group") || null;
};
const options = items.filter((i) => ["radio", "checkbox", "choice", "switch"].includes(i.k));
for (const o of options) Object.assign(o, { own: own_words(o.el), key: key_of(o.el) });
const belongs = new Map(); // text item -> the option whose label it is part of
const labelled = new Map();
for (const o of options)
  for (const id of new Set((o.el.getAttribute("aria-labelledby") || "").split(/\s+/)))
    labelled.set(id, (labelled.get(id) || 0) + 1);
for (const o of options) {
  const inner = o.el.tagName === "INPUT" ? o.el : all(o.el, "radio").find((x) => x.tagName === "INPUT");
  const ids = (o.el.getAttribute("aria-labelledby") || "").split(/\s+/);
  const named = ids.filter((id) => id && labelled.get(id) === 1);
  const homes = [
    o.el,
    ...((inner && inner.labels) || []),
    ...named.map((id) => o.el.getRootNode().getElementById(id)).filter(Boolean),
    ...(o.k === "choice" && face_of(o.el) ? [face_of(o.el)] : []),
  ];
  for (const t of homes.flatMap(texts_in))
    if (!(LEVEL.has(fold(t.s)) && t.el.closest && near(t.el, "column_head"))) belongs.set(t, o);
}
// How an input that is not displayed looks to people: all that stands for it and for no other option, as a number.
const LOOK = [
  "color",
  "backgroundColor",
  "backgroundImage",
  "borderTopColor",
  "borderTopStyle",
  "borderTopWidth",
  "boxShadow",
  "content",
  "display",
  "fill",
  "filter",
  "fontWeight",
  "opacity",
  "outlineColor",
  "outlineStyle",
  "stroke",
  "textDecorationLine",
  "transform",
  "visibility",
];
const look_of = (o) => {
  const input = o.el.tagName === "INPUT" ? o.el : null,
    label = input && !shown(input) && [...(input.labels || [])].find(shown);
  if (!label) return 0;
  const alone = (el) => {
    let n = el;
    while (
      up(n) &&
      up(n) !== document.body &&
      !options.some((x) => x !== o && [x.el, ...(x.el.labels || [])].some((y) => inside(y, up(n))))
    )
      n = up(n);
    return n;
  };
  const boxes = [alone(label), alone(input), input.nextElementSibling].filter(
    (el) => el && (el.tagName !== "LABEL" || el.control === input),
  );
  const parts = [...new Set(boxes.flatMap((el) => [el, ...el.querySelectorAll("*")]))].filter((el) => el !== input);
  const looks = parts
    .flatMap((el) =>
      [null, "::before", "::after"].map((part) => {
        const style = getComputedStyle(el, part);
        return LOOK.map((name) => style[name]).join();
      }),
    )
    .join("|");
  return [...looks].reduce((hash, c) => (hash * 31 + c.charCodeAt(0)) | 0, 7) || 1;
};
const is_level = (t) => t.k === "text" && LEVEL.has(fold(t.s));

const free = items.filter((t) => !belongs.has(t)),
  worded = new Set();
const behind = (o, i) => {
  const t = free[i + 1];
  const apart =
    (o.k !== "radio" && o.k !== "checkbox") ||
    !t ||
    t.k !== "text" ||
    near(t.el, "row") !== near(o.el, "row") ||
    near(t.el, "column_head") ||
    near(t.el, "pressable");
  // words may stand before their controls
  return apart || (i && is_level(free[i - 1]) && !belongs.has(free[i - 1])) ? null : t;
};
const name_by = (o, t) => {
  belongs.set(t, o);
  worded.add(o.key);
  if (!o.own.some((said) => fold(said) === fold(t.s))) o.own.push(t.s);
};
// A level's word right behind a control is its label, whatever else it is called; so is any other where its mates have
// such a word.
free.forEach((o, i) => {
  const t = behind(o, i);
  if (t && is_level(t)) name_by(o, t);
});
free.forEach((o, i) => {
  const t = o.key && worded.has(o.key) && behind(o, i);
  if (t && !belongs.has(t)) name_by(o, t);
});
