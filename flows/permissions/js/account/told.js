// What pieces of the page say of themselves: fields by their names and suggestions, small pictures by their shape.
const words_in = (n) =>
  n.nodeType === 3 ? n.data : n.nodeType === 1 && !is(n, "unspoken") ? [...kids_within(n)].map(words_in).join(" ") : "";
// What a field says of itself, wherever it says it.
const TELLS = ["placeholder", "aria-placeholder", "data-placeholder"]; // beside its name and its tips
const told_of = (el) => {
  const inner = [el, ...all(el, "field")],
    by_id = (n, name) =>
      (n.getAttribute(name) || "").split(/\s+/).map((id) => id && n.getRootNode().getElementById(id));
  const said = inner.flatMap((n) => [
    ...TELLS.map((name) => n.getAttribute(name)),
    ...said_of(n),
    ...["aria-labelledby", "aria-describedby", "aria-details"]
      .flatMap((name) => by_id(n, name))
      .map((by) => by && words_in(by)),
    ...[...(n.labels || [])].map(words_in),
  ]);
  return [...new Set([words_in(el), ...said].map(clean).filter(Boolean))];
};
const suggested = (el) =>
  [...(el.list?.options || [])]
    .flatMap((o) => [o.label, o.value])
    .map(clean)
    .filter(Boolean);
// In a row: wide enough for a word, or one that moves or is drawn by a script.
const says_in_little = (el, w, h) =>
  (w >= 24 && w >= 2 * h && h >= 6) ||
  (w >= 4 && h >= 4 && (/^(video|canvas|object|embed)$/.test(el.localName) || is_moving(el)));
const is_moving = (el) =>
  el.localName === "svg" && !!el.querySelector("animate, animateTransform, animateMotion, set, foreignObject");
// A visit loads no pictures, so one whose size the page does not say may be of any size; one that is as low or as
// narrow as an icon holds no words.
const is_unsized = (el) => {
  if (el.localName !== "img" || el.naturalWidth || !el.checkVisibility({ visibilityProperty: true })) return false;
  const style = el.computedStyleMap(),
    told = (name) => style.get(name)?.unit === "px" || style.get(name)?.unit === "percent",
    px = (name) => (style.get(name)?.unit === "px" ? style.get(name).value : parseFloat(el.getAttribute(name))),
    is_small = (name) => px(name) <= 24;
  if (["width", "height", "max-width", "max-height"].some(is_small)) return false;
  return !["width", "height"].every((name) => told(name) || (el.hasAttribute("width") && el.hasAttribute("height")));
};
