// Numbers that tell how many rows there are: of each list, those that are drawn, and how many it says it has.
const numbered = () => {
  const lists = new Map();
  for (const el of all(document.body, "numbered").filter(shown)) {
    const by_row = el.hasAttribute("aria-rowindex"),
      box = (by_row && near(el, "table")) || up(el);
    if (!lists.has(box))
      lists.set(box, { by_row, at: new Set(), size: 0, count: +box.getAttribute?.("aria-rowcount") || 0 });
    const list = lists.get(box),
      at = +el.getAttribute(by_row ? "aria-rowindex" : "aria-posinset");
    if (at > 0) list.at.add(at);
    if (!by_row) list.size = Math.max(list.size, +el.getAttribute("aria-setsize") || 0);
  }
  number_items(lists);
  const names = new Map(),
    is_heads = (row) => shown(row) && cells(row).every((c) => near(c, "column_head"));
  return [...lists].map(([box, { by_row, at, size, count }]) => {
    const name = where_is(box),
      turn = (names.get(name) || 0) + 1;
    names.set(name, turn);
    const heads = by_row ? all(box, "row").filter(is_heads).length : 0;
    return { list: `${name} ${turn}`, heads, at: [...at], size, count };
  });
};
// The numbers that the browser draws before the rows of an ordered list. A list may go on where another ended.
const COUNTS = /^(decimal|lower-|upper-)/;
const number_items = (lists) => {
  const found = all(document.body, "ordered").map((list) => {
    const step = list.reversed ? -1 : 1,
      own = [...list.children].filter((k) => k.localName === "li" && shown(k));
    let at = (list.hasAttribute("start") || !list.reversed ? list.start : own.length) - step;
    return own.flatMap((item) => {
      at = item.hasAttribute("value") ? item.value : at + step;
      const style = getComputedStyle(item);
      const is_row = cut.some((row) => inside(row.home, item));
      return is_row && style.display === "list-item" && COUNTS.test(style.listStyleType) ? [at] : [];
    });
  });
  const drawn = new Set(found.flat());
  all(document.body, "ordered").forEach((list, n) => {
    const first = Math.min(...found[n]);
    if (!found[n].length || lists.has(list)) return;
    const before = drawn.has(first - 1) ? [...Array(Math.max(0, first - 1)).keys()].map((at) => at + 1) : [];
    lists.set(list, { by_row: false, at: new Set([...before, ...found[n]].filter((at) => at > 0)), size: 0, count: 0 });
  });
};
