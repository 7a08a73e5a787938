// Cover what a screenshot must not show, or take the covers away again. Boxes are drawn over the page; the page itself
// is not changed.
({ masks, values, off, boxes = [] }) => {
  const ID = "evidence-covers";
  document.getElementById(ID)?.remove();
  if (off) return 0;
  const searched = roots();
  const covered = new Set(
    queryAll(searched, masks.join(", "))
      .filter(isRendered)
      .filter((e) => !["submit", "button", "radio", "checkbox", "image"].includes(e.type)),
  );
  const secret = new RegExp(
    ["[^\\s@]+@[^\\s@]+\\.[a-z]{2,}", ...values.map((v) => v.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))].join("|"),
    "i",
  );
  for (const root of searched) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const parent = walker.currentNode.parentElement;
      if (
        parent &&
        secret.test(walker.currentNode.textContent) &&
        !parent.matches("script, style, noscript") &&
        isRendered(parent)
      )
        covered.add(parent);
    }
  }
  const layer = document.createElement("div");
  layer.id = ID;
  layer.style.cssText = "position:absolute;left:0;top:0;width:0;height:0;z-index:2147483647;pointer-events:none";
  const put = (left, top, width, height) => {
    const cover = document.createElement("div");
    const place = `left:${left - 1}px;top:${top - 1}px;width:${width + 2}px;height:${height + 2}px`;
    cover.style.cssText = `position:absolute;background:#444;${place}`;
    layer.append(cover);
  };
  for (const element of covered) {
    const box = element.getBoundingClientRect();
    put(box.left + scrollX, box.top + scrollY, box.width, box.height);
  }
  for (const box of boxes) put(...box);
  document.documentElement.append(layer);
  return covered.size;
};
