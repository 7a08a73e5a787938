// Spoils one thing on a permission page. Returns false where the page has nothing of the kind to spoil.
({ act, label, other }) => {
  const up = (n) => n.assignedSlot || (n.parentNode instanceof ShadowRoot ? n.parentNode.host : n.parentNode);
  const walk = (n, take) => {
    for (const k of (n.shadowRoot || n).childNodes)
      if (k.nodeType === 1) {
        take(k);
        walk(k, take);
      }
  };
  const every = (box, rule) => {
    const out = [];
    walk(box, (k) => {
      if (k.matches(rule)) out.push(k);
    });
    return out;
  };
  const squash = (s) => (s || "").replace(/\s+/g, "").replace(/:$/, "").toLowerCase();
  const RADIO = "input[type=radio], [role=radio]",
    CONTROL = RADIO + ", select, [role=combobox], kat-dropdown";
  const spot = (name) => {
    let hit = null;
    walk(document.body, (k) => {
      const own = [...k.childNodes]
        .filter((n) => n.nodeType === 3)
        .map((n) => n.data)
        .join("");
      if (!hit && squash(own) === squash(name) && k.checkVisibility() && !k.closest("h1, h2, h3, summary, button"))
        hit = k;
    });
    return hit;
  };
  const rowOf = (name) => {
    let el = spot(name);
    if (!el) return null;
    const row = el.closest("tr, [role=row], kat-table-row");
    if (row) return row;
    while (el && el !== document.body && !every(el, CONTROL).length) el = up(el);
    return el === document.body ? null : el;
  };
  const row = rowOf(label),
    words =
      /^(None|View|View only|View & Edit|View and edit|Edit|无|查看|查看和编辑|Anzeigen und Bearbeiten|Modifica|表示と編集)$/;
  const textNodes = (box) => {
    const out = [];
    const go = (n) => {
      for (const k of (n.shadowRoot || n).childNodes) k.nodeType === 3 ? out.push(k) : k.nodeType === 1 && go(k);
    };
    go(box);
    return out;
  };
  const section = () => {
    const from = rowOf(label),
      to = rowOf(other);
    if (!from || !to) return null;
    let el = from;
    while (up(el) && up(el) !== document.body && !up(el).contains(to)) el = up(el);
    return el;
  };
  if (!row) return false;
  const radios = every(row, RADIO),
    on = radios.filter((r) => r.checked || r.getAttribute("aria-checked") === "true"),
    off = radios.filter((r) => !on.includes(r));
  const set = (r, value) => {
    if (r.tagName === "INPUT") r.checked = value;
    else r.setAttribute("aria-checked", String(value));
    const host = r.getRootNode().host;
    if (host && host.tagName === "KAT-RADIOBUTTON") host.toggleAttribute("checked", value);
  };
  switch (act) {
    case "rename": {
      const el = spot(label);
      [...el.childNodes].find((n) => n.nodeType === 3 && n.data.trim()).data = "Manage Something Else";
      return true;
    }
    case "blank": {
      const el = spot(label);
      el.textContent = "";
      return true;
    }
    case "drop":
      row.remove();
      return true;
    case "hide_row":
      row.style.display = "none";
      return true;
    case "duplicate":
      row.after(row.cloneNode(true));
      return true;
    case "move": {
      const target = rowOf(other);
      if (!target) return false;
      target.after(row);
      return true;
    }
    case "hide_section": {
      const el = section();
      if (!el || el === row) return false;
      el.style.display = "none";
      return true;
    }
    case "swap_columns": {
      const heads = every(document.body, "tr, [role=row], kat-table-row")
        .map((r) => [...r.children].filter((c) => words.test(c.textContent.trim())))
        .find((h) => h.length > 1 && !every(h[0], CONTROL).length);
      if (!heads) return false;
      const a = heads[0].textContent;
      heads[0].textContent = heads[1].textContent;
      heads[1].textContent = a;
      return true;
    }
    case "two": {
      if (!on.length || !off.length) return false;
      off[0].removeAttribute("name");
      if (off[0].getRootNode().host) off[0].getRootNode().host.removeAttribute("name");
      set(off[0], true);
      return true;
    }
    case "none":
      if (!on.length) return false;
      on.forEach((r) => set(r, false));
      return true;
    case "other": {
      if (!on.length || !off.length) return false;
      on.forEach((r) => set(r, false));
      set(off[0], true);
      return true;
    }
    case "translate":
    case "unknown":
    case "admin": {
      const word = { translate: "Voir et modifier", unknown: "Limited", admin: "Admin" }[act];
      const n = textNodes(document.querySelector("#sc-content-container") || document.body)
        .filter(
          (t) =>
            words.test(t.data.trim()) &&
            t.parentElement &&
            t.parentElement.checkVisibility() &&
            !t.parentElement.closest("a"),
        )
        .find((t) => /Edit|edit|编辑|Bearbeiten|Modifica|編集/.test(t.data));
      if (!n) return false;
      n.data = word;
      return true;
    }
    case "half": {
      for (let el = row; el && el !== document.body; el = up(el)) while (el.nextSibling) el.nextSibling.remove();
      return true;
    }
    case "bare": {
      radios.forEach((r) =>
        (r.getRootNode().host && r.getRootNode().host.tagName.startsWith("KAT-RADIO")
          ? r.getRootNode().host
          : r
        ).remove(),
      );
      every(row, "select, [role=combobox], kat-dropdown").forEach((s) => s.remove());
      return radios.length > 0;
    }
    case "silent":
      row.setAttribute("aria-hidden", "true");
      return true;
  }
  return false;
};
