// Where each thing stands that a look made something of, or nothing: boxes in pixels of the page. For pictures alone;
// nothing is read here.
const explained = (left) => {
  const found = [];
  const parent_of = (n) => (n.nodeType === 1 ? n : n.parentElement || n.parentNode.host);
  // What of a box can be seen: its scrollers and clipping boxes cut it off.
  const seen_of = (r, el) => {
    let [x1, y1, x2, y2] = [r.left, r.top, r.right, r.bottom];
    for (let n = up(el); n && n.nodeType === 1 && n !== document.body && n !== document.documentElement; n = up(n)) {
      const style = getComputedStyle(n),
        b = n.getBoundingClientRect();
      if (style.display === "contents") continue;
      if (style.overflowX !== "visible") [x1, x2] = [Math.max(x1, b.left), Math.min(x2, b.right)];
      if (style.overflowY !== "visible") [y1, y2] = [Math.max(y1, b.top), Math.min(y2, b.bottom)];
    }
    return x2 - x1 >= 2 && y2 - y1 >= 2 ? [x1 + scrollX, y1 + scrollY, x2 + scrollX, y2 + scrollY] : null;
  };
  // Of what stands in a frame, the frame.
  const in_page = (n) => {
    for (; n.ownerDocument !== document; n = n.ownerDocument.defaultView.frameElement);
    return n;
  };
  const rects_of = (n) => {
    if (n.nodeType === 3) {
      const range = document.createRange();
      range.selectNodeContents(n);
      return [...range.getClientRects()];
    }
    const own = [...n.getClientRects()].filter((r) => r.width > 1 && r.height > 1),
      label = !own.length && [...(n.labels || [])].find(shown);
    return label ? [...label.getClientRects()] : own.length || n.nodeType !== 1 ? own : [...kids(n)].flatMap(rects_of);
  };
  const box_around = (nodes) => {
    const boxes = nodes
      .filter(Boolean)
      .map(in_page)
      .flatMap((n) => rects_of(n).map((r) => seen_of(r, parent_of(n))))
      .filter(Boolean);
    if (!boxes.length) return null;
    const [x1, y1] = [0, 1].map((i) => Math.min(...boxes.map((b) => b[i])));
    const [x2, y2] = [2, 3].map((i) => Math.max(...boxes.map((b) => b[i])));
    return [x1, y1, x2 - x1, y2 - y1].map(Math.round);
  };
  const put = (by, nodes, more = {}) => {
    const box = box_around(nodes);
    if (box) found.push({ by, box, token: -1, left: -1, words: "", ...more });
  };
  const nodes_of = (item) => item.nodes || [item.el];
  const put_row = ({ label, notes, apart, row }, token) => {
    if (label) put("label", nodes_of(label), { token, words: label.s });
    for (const t of new Set([...notes, ...apart])) put("description", nodes_of(t), { token, words: t.s });
    for (const s of row.sites) {
      if (s.beside) put("scope", nodes_of(s.beside), { token, words: s.beside.s });
      if (s.k === "bare") put_marks(s, token);
      else put_option(s, token);
    }
  };
  const put_marks = (s, token) => {
    for (const el of cells(s.el)) {
      const level = over({ el, at: where(s), home: s.el }).column;
      if (LEVEL.has(fold(level))) put(marked_in(el).on ? "level" : "offered", [el], { token, words: level });
    }
  };
  const put_option = (s, token) => {
    const one = s.k === "choice" || s.k === "value";
    const list = s.k === "choice" ? choice(s.el) : null;
    const words = list ? list.chosen.join(", ") || list.shows : s.own[0] || over(s).column;
    const texts = (parts_of.get(s) || []).filter((t) => near(t.el, "row") === near(s.el, "row"));
    put(one || state(s.el) ? "level" : "offered", [...nodes_of(s.item || s), ...texts.flatMap(nodes_of)], {
      token,
      words,
      covered: !!list,
    });
  };
  // What is folded has no place of its own: it is drawn as a strip where it would unfold, below what is shown before it
  // or around it.
  const put_folded = (el, at, words) => {
    for (let n = el, i = 0; n && n !== document.body && n.nodeType === 1 && i < 4; n = up(n), i++)
      for (const near_it of [n, n.previousElementSibling]) {
        const box = near_it && shown(near_it) && box_around([near_it]);
        if (box) {
          const strip = [box[0], box[1] + box[3] - 5, box[2], 10];
          return found.push({ by: "left", box: strip, token: -1, left: at, words });
        }
      }
  };
  tokens.forEach((token, at) => {
    if (token.t === "row") put_row(token.of, at);
    else if (token.t === "columns")
      token.of.parts.forEach((part, i) => {
        const [x1, y1, x2, y2] = part.box;
        if (part.s && x2 - x1 > 1 && y2 - y1 > 1)
          found.push({
            by: markets.includes(token.of) ? "scope" : "head",
            box: [x1, y1, x2 - x1, y2 - y1].map(Math.round),
            token: at,
            left: -1,
            words: part.s,
            part: i,
          });
      });
    else put(token.t, nodes_of(token.of), { token: at, words: token.s || (token.own || []).join(" / ") });
  });
  left.forEach((piece, at) => {
    const el = piece.of;
    const own =
      piece.kind === "text" ? [...kids(el)].filter((k) => k.nodeType === 3 && clean(k.data) === piece.words) : [];
    if (piece.kind === "folded") put_folded(el, at, piece.words.slice(0, 200));
    else if (el !== document.body) put("left", own.length ? own : [el], { left: at, words: piece.words.slice(0, 200) });
    delete piece.of;
  });
  for (const el of furniture) put("furniture", [el]);
  for (const el of explain.chrome) put("chrome", [el]);
  const page = document.documentElement;
  return { found, size: [Math.max(page.scrollWidth, innerWidth), Math.max(page.scrollHeight, innerHeight)] };
};
