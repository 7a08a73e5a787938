// What the page still waits for, outside the site's own frame around it.
(asked) => {
  const chrome = (el) => {
    for (let n = el; n; n = n.parentElement || (n.getRootNode() instanceof ShadowRoot ? n.getRootNode().host : null))
      if (n.matches(asked.chrome)) return true;
    return false;
  };
  const where = (el) =>
    el.isConnected
      ? [el.parentElement, el]
          .filter(Boolean)
          .map((n) => n.localName + (n.id ? `#${n.id}` : ""))
          .join(" > ")
      : "not in the document";
  return globalThis[Symbol.for("late")]
    .open()
    .filter(({ el }) => !chrome(el))
    .map(({ el, words, host }) => ({ words, host, where: where(el) }));
};
