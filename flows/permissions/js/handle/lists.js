// What drop-downs listed when they were opened, kept for as long as the text around each is the same: a list may use
// its rows again for others.
globalThis[Symbol.for("lists")] ??= (() => {
  const known = new WeakMap();
  const clean = (s) => (s || "").replace(/[\s\u00a0]+/g, " ").trim();
  const around = (el) => {
    let n = el;
    while (n && clean(n.textContent).length <= clean(el.textContent).length)
      n = n.parentNode instanceof ShadowRoot ? n.parentNode.host : n.parentNode;
    return n ? clean(n.textContent) : "";
  };
  const keep = (el, list) => {
    known.set(el, { list, around: around(el) });
  };
  const of = (el) => {
    const kept = known.get(el);
    return kept && kept.around === around(el) ? kept.list : null;
  };
  return { keep, of };
})();
