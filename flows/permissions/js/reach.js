// Finds the links of one user in a list of users, or the link to the other half of a pair of pages. Presses nothing.
({ css, what, email, words }) => {
  const clean = (s) => (s || "").replace(/[\s\u00a0]+/g, " ").trim();
  const up = (n) => n.assignedSlot || (n.parentNode instanceof ShadowRoot ? n.parentNode.host : n.parentNode);
  const kids = (n) => (n.tagName === "SLOT" && n.assignedNodes().length ? n.assignedNodes({ flatten: true }) : (n.shadowRoot || n).childNodes);
  const near = (n, rule) => { for (; n && n.nodeType === 1; n = up(n)) if (n.matches(rule)) return n; return null; };
  const shown = (el) => el.checkVisibility({ visibilityProperty: true });
  const all = (box, take) => { const out = []; const go = (n) => { for (const k of kids(n)) if (k.nodeType === 1 && !k.matches(css.outside)) { if (take(k)) out.push(k); go(k); } }; go(box); return out; };
  const text = (n) => (n.nodeType === 3 ? n.data : [...kids(n)].map(text).join(" "));
  const name = (el) => clean(el.getAttribute("label") || el.getAttribute("aria-label") || el.value || text(el));
  const links = (box) => all(box, (el) => el.matches(css.link) && shown(el) && !(up(el) && near(up(el), css.link)) && words.includes(name(el).toLowerCase()));
  if (what === "words") return links(document.body);
  const own = (el) => clean([...kids(el)].filter((n) => n.nodeType === 3).map((n) => n.data).join(" ")).toLowerCase();
  const spots = all(document.body, (el) => shown(el) && own(el) === email);
  if (what === "named") return spots.length;
  const rows = [...new Set(spots.map((el) => { const row = near(el, css.row); if (row) return row; let box = el; while (box && box !== document.body && !links(box).length) box = up(box); return box; }))];
  if (rows.length !== 1 || !rows[0] || rows[0] === document.body) return [];
  const found = links(rows[0]);
  return found.sort((a, b) => words.indexOf(name(a).toLowerCase()) - words.indexOf(name(b).toLowerCase()));
}
