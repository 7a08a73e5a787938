// What lies over a field at its middle, null when nothing does. Frames are looked at from outside, too.
// Over it do not lie: what is in it, its label, and the boxes of its own form around it. A layer that lets clicks
// through (`pointer-events: none`) lies over it where it hides it: no person would see what is typed or pressed there.
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
  const all = (root) => [...root.querySelectorAll("*")];
  const rootsOf = (root) => [root, ...all(root).flatMap((one) => (one.shadowRoot ? rootsOf(one.shadowRoot) : []))];
  const letsThrough = (one) => getComputedStyle(one).pointerEvents === "none";
  const alpha = (color) => (/^rgba|\//.test(color) ? Number(/([\d.]+)\)$/.exec(color)?.[1] ?? 1) : 1);
  const hides = (one) => {
    const own = getComputedStyle(one);
    let shown = own.visibility === "visible" ? 1 : 0;
    for (let each = one; each; each = around(each))
      if (each.nodeType === 1) shown *= Number(getComputedStyle(each).opacity);
    const isPicture = one.matches("img, video, canvas, svg, iframe, object, embed");
    return shown >= 0.5 && (isPicture || own.backgroundImage !== "none" || alpha(own.backgroundColor) >= 0.5);
  };
  // What is painted over the node at a place, the uppermost first, open shadow roots looked into.
  const above = (node, x, y) => {
    const found = [];
    const isReached = (root) =>
      root.elementsFromPoint(x, y).some((hit) => {
        if (hit.getRootNode() !== root) return false;
        if (hit.shadowRoot && !holds(hit, node)) isReached(hit.shadowRoot);
        else if (hit.shadowRoot && isReached(hit.shadowRoot)) return true;
        if (holds(node, hit) || holds(hit, node)) return true;
        found.push(hit);
        return false;
      });
    isReached(node.ownerDocument);
    return found;
  };
  // Every element takes clicks for this moment, in which no script of the page runs: so the browser itself says what it
  // paints where. One that even then lets them through is taken to lie over what it crosses.
  const hidden = (node, x, y) => {
    const roots = rootsOf(node.ownerDocument);
    const passing = roots.flatMap(all).filter(letsThrough);
    if (!passing.length) return null;
    const sheet = new node.ownerDocument.defaultView.CSSStyleSheet();
    sheet.replaceSync("* { pointer-events: auto !important }");
    for (const root of roots) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    try {
      const over = new Set(above(node, x, y));
      const crosses = (one) =>
        [...one.getClientRects()].some((box) => box.left <= x && x <= box.right && box.top <= y && y <= box.bottom);
      const isOver = (one) =>
        over.has(one) || (letsThrough(one) && !holds(one, node) && !holds(node, one) && crosses(one));
      const isLabel = (one) => one.closest("label")?.control === node;
      return passing.find((one) => isOver(one) && !isLabel(one) && hides(one))?.localName ?? null;
    } finally {
      for (const root of roots) root.adoptedStyleSheets = root.adoptedStyleSheets.filter((one) => one !== sheet);
    }
  };
  const over = (node) => {
    const box = node.getBoundingClientRect(),
      own = node.form ?? node.parentElement;
    if (!box.width || !box.height) return null;
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const hit = innermost(node.ownerDocument, x, y);
    const isOwn = hit && (holds(node, hit) || hit.closest("label")?.control === node);
    const isAround = hit && own && holds(own, hit) && holds(hit, node);
    return isOwn || isAround ? hidden(node, x, y) : (hit?.localName ?? "something");
  };
  element.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
  for (let node = element; node; node = node.ownerDocument.defaultView.frameElement) {
    const found = over(node);
    if (found) return found;
  }
  return null;
};
