// What lies over a field at its middle, null when nothing does. Frames are looked at from outside, too.
// Over it do not lie: what is in it, its label, and the boxes of its own form around it.
(element) => {
  const around = (node) => node.parentNode ?? node.host;
  const holds = (outer, node) => {
    for (let one = node; one; one = around(one)) if (one === outer) return true;
    return false;
  };
  const innermost = (doc, x, y) => {
    let hit = doc.elementFromPoint(x, y);
    while (hit?.shadowRoot) {
      const inner = hit.shadowRoot.elementFromPoint(x, y);
      if (!inner || inner === hit) break;
      hit = inner;
    }
    return hit;
  };
  const over = (node) => {
    const box = node.getBoundingClientRect(),
      own = node.form ?? node.parentElement;
    if (!box.width || !box.height) return null;
    const hit = innermost(node.ownerDocument, box.x + box.width / 2, box.y + box.height / 2);
    if (hit && (holds(node, hit) || hit.closest("label")?.control === node)) return null;
    if (hit && own && holds(own, hit) && holds(hit, node)) return null;
    return hit?.localName ?? "something";
  };
  element.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
  for (let node = element; node; node = node.ownerDocument.defaultView.frameElement) {
    const found = over(node);
    if (found) return found;
  }
  return null;
};
