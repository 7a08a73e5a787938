// Finds the links of one user in a list of users, or the link to the other half of a pair of pages. Presses nothing.
({ css, what, email, words, partners, users, way }) => {
  const clean = (s) => (s || "").replace(/[\s\u00a0]+/g, " ").trim();
  const up = (n) => n.assignedSlot || (n.parentNode instanceof ShadowRoot ? n.parentNode.host : n.parentNode);
  const kids = (n) =>
    n.tagName === "SLOT" && n.assignedNodes().length
      ? n.assignedNodes({ flatten: true })
      : (n.shadowRoot || n).childNodes;
  const near = (n, rule) => {
    for (; n && n.nodeType === 1; n = up(n)) if (n.matches(rule)) return n;
    return null;
  };
  // a slot has no box of its own
  const shown = (el) => (el.tagName === "SLOT" ? shown(up(el)) : el.checkVisibility({ visibilityProperty: true }));
  const all = (box, take) => {
    const out = [];
    const go = (n) => {
      for (const k of kids(n))
        if (k.nodeType === 1 && !k.matches(css.outside)) {
          if (take(k)) out.push(k);
          go(k);
        }
    };
    go(box);
    return out;
  };
  const text = (n) => (n.nodeType === 3 ? n.data : [...kids(n)].map(text).join(" "));
  const name = (el) => clean(el.getAttribute("label") || el.getAttribute("aria-label") || el.value || text(el));
  const any = (box) => all(box, (el) => el.matches(css.link) && shown(el) && !(up(el) && near(up(el), css.link)));
  const links = (box) =>
    all(
      box,
      (el) =>
        el.matches(css.link) &&
        shown(el) &&
        !(up(el) && near(up(el), css.link)) &&
        words.includes(name(el).toLowerCase()),
    );
  if (what === "words") return links(document.body);
  const own = (el) =>
    clean(
      [...kids(el)]
        .filter((n) => n.nodeType === 3)
        .map((n) => n.data)
        .join(" "),
    ).toLowerCase();
  const spots = all(document.body, (el) => shown(el) && own(el) === email);
  if (what === "named") return spots.length;
  const rows = [
    ...new Set(
      spots.map((el) => {
        const row = near(el, css.row);
        if (row) return row;
        let box = el;
        while (box && box !== document.body && !links(box).length) box = up(box);
        return box;
      }),
    ),
  ];
  // A partner may share the screen, and even the address; the rows of partners say so, or stand under a title of
  // partners alone.
  const says = (rules, told) => rules.some((rule) => new RegExp(rule, "i").test(clean(told)));
  const title_of = (row) => {
    for (let box = near(row, css.group_of_users); ; box = near(up(box), css.group_of_users)) {
      const titles = all(box || document.body, (el) => el.matches(css.title) && shown(el)),
        above = titles.filter((el) => el.compareDocumentPosition(row) & Node.DOCUMENT_POSITION_FOLLOWING);
      if (above.length || !box) return text(above.at(-1) || document.createTextNode(""));
    }
  };
  const is_partner = (row) =>
    says(partners, text(row)) || (says(partners, title_of(row)) && !says(users, title_of(row)));
  const ours = rows.filter((row) => row && row !== document.body && !is_partner(row));
  if (ours.length !== 1) return what === "ways" ? null : [];
  if (what === "ways")
    return any(ours[0]).map((el) => ({ name: name(el), pressed: words.includes(name(el).toLowerCase()) }));
  if (what === "way")
    return any(ours[0])
      .filter((el) => name(el) === way)
      .slice(0, 1);
  const found = links(ours[0]);
  return found.sort((a, b) => words.indexOf(name(a).toLowerCase()) - words.indexOf(name(b).toLowerCase()));
};
