// Finds the visible row of one permission and covers everything private on the page; gives the row's box.
({ css, label, occurrence, hide }) => {
  const squash = (s) => (s || "").replace(/[\s\u00a0\u200b]+/g, "").replace(/[:：]$/, "").toLowerCase();
  const up = (n) => n.assignedSlot || (n.parentNode instanceof ShadowRoot ? n.parentNode.host : n.parentNode);
  const kids = (n) => (n.tagName === "SLOT" && n.assignedNodes().length ? n.assignedNodes({ flatten: true }) : (n.shadowRoot || n).childNodes);
  const has = (box) => { for (const k of kids(box)) if (k.nodeType === 1 && (k.matches(css.control) || has(k))) return true; return false; };
  const found = [];
  const go = (n) => { for (const k of kids(n)) if (k.nodeType === 1) { const own = [...kids(k)].filter((c) => c.nodeType === 3).map((c) => c.data).join(" "); if (squash(own) === squash(label) && k.checkVisibility({ visibilityProperty: true })) found.push(k); go(k); } };
  go(document.body);
  const rows = [];
  for (const el of found) { let box = el; for (let i = 0; box && box.nodeType === 1 && i < 6; box = up(box), i++) if (box.matches(css.row) || has(box)) { rows.push(box); break; } }
  const row = rows[occurrence - 1] || rows[0];
  if (!row) return null;
  row.scrollIntoView({ block: "center" });
  if (hide) document.querySelectorAll(css.private).forEach((el) => { if (!el.contains(row)) el.style.filter = "blur(12px)"; });
  const r = row.getBoundingClientRect();
  return { x: r.left, y: r.top, width: r.width, height: r.height };
}
