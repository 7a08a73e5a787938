// Cover what a screenshot must not show, or take the covers away again. Boxes are drawn over the page; the page itself is not changed.
({ masks, values, off }) => {
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
        secret.test(walker.currentNode.data) &&
        !parent.matches("script, style, noscript") &&
        isRendered(parent)
      )
        covered.add(parent);
    }
  }
  const layer = document.createElement("div");
  layer.id = ID;
  layer.style.cssText = "position:absolute;left:0;top:0;width:0;height:0;z-index:2147483647;pointer-events:none";
  for (const element of covered) {
    const box = element.getBoundingClientRect(),
      cover = document.createElement("div");
    cover.style.cssText = `position:absolute;background:#444;left:${box.left + scrollX - 1}px;top:${box.top + scrollY - 1}px;width:${box.width + 2}px;height:${box.height + 2}px`;
    layer.append(cover);
  }
  document.documentElement.append(layer);
  return covered.size;
};
