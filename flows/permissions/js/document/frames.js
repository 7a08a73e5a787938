// Frames of the page's own origin are looked into as any other part; of all others only the frame itself can be told.
const inner_of = (el) => {
  if (!/^(iframe|frame)$/.test(el.localName)) return null;
  try {
    const inner = el.contentDocument;
    return inner && inner.body && inner.defaultView?.[Symbol.for("rest")] ? inner : null;
  } catch {
    return null;
  }
};
// What is not there yet, or was led elsewhere, is no empty frame.
const is_loaded = (el, inner) => {
  const asked = el.getAttribute("src") || "",
    blank = /^(|about:blank.*|javascript:.*)$/i.test(asked) || el.hasAttribute("srcdoc");
  return inner.readyState === "complete" && (blank || inner.location.href !== "about:blank");
};
const kids_within = (n) => {
  const inner = n.nodeType === 1 ? inner_of(n) : null;
  return inner ? [inner.body] : kids(n);
};
const name_of_frame = (el) =>
  ["title", "name", "src", "data"].map((name) => el.getAttribute(name)).find(Boolean) || "frame";
// What its window hears that may bring rows: it is not stirred, and none of its words is read.
const heard_in = (inner) => {
  const clock = inner.defaultView[Symbol.for("rest")],
    roots = [inner.defaultView, inner, inner.documentElement, inner.body];
  const runs = roots.flatMap((box) => [
    ...[clock.heard_of(box), clock.felt.get(box) || new Map()].flatMap((by_type) =>
      [...by_type.values()].flatMap((set) => [...set]),
    ),
    ...[...ON_PRESS, "onkeydown", "onkeyup", "onkeypress"].map((name) => box[name]).filter(Boolean),
  ]);
  return runs.filter((run) => !brings_nothing(run));
};
