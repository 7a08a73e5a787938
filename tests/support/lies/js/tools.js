// What every change uses: where a row, its level and its section stand, and how a level is made wrong.
const LEVEL = /^(None|View|View only|View & Edit|View and edit|View\/Edit|Edit|Admin)$/;
const CONTROL = "input[type=radio], [role=radio], select, [role=combobox], [aria-haspopup], kat-dropdown";
const up = (n) => n.assignedSlot || (n.parentNode instanceof ShadowRoot ? n.parentNode.host : n.parentNode);
const within = (n) => (n.shadowRoot ? [...n.shadowRoot.childNodes, ...n.childNodes] : [...n.childNodes]);
const every = (box, take, out = []) => {
  for (const k of within(box)) {
    if (k.nodeType === 1) {
      if (take(k)) out.push(k);
      every(k, take, out);
    }
  }
  return out;
};
const texts = (box, out = []) => {
  for (const k of within(box)) {
    if (k.nodeType === 3) out.push(k);
    else if (k.nodeType === 1 && !k.matches("script, style")) texts(k, out);
  }
  return out;
};
const squash = (s) => s.replace(/\s+/g, " ").trim().replace(/:$/, "");
const cannot = (why) => {
  throw new Error("cannot: " + why);
};
const make = (html) => {
  const box = document.createElement("div");
  box.innerHTML = html;
  return box.firstElementChild || cannot("no element in " + html);
};
const labelled = (label) =>
  every(
    document.body,
    (k) =>
      !k.matches("h1, h2, h3, summary, button, legend, caption, option, script") &&
      squash(
        [...k.childNodes]
          .filter((n) => n.nodeType === 3)
          .map((n) => n.data)
          .join(""),
      ) === label,
  )[0];
const hasLevel = (box) =>
  every(box, (k) => k.matches(CONTROL)).length > 0 || texts(box).some((t) => LEVEL.test(squash(t.data)));

// A row: its label, the boxes of its levels, and the elements that are the whole row (two in a list of terms).
const spot = (label) => {
  const name = labelled(label) || cannot("no label " + label),
    term = name.closest("dt");
  if (term) {
    const box = term.nextElementSibling;
    return { name, boxes: [box], parts: [term, box], row: term };
  }
  let row = name.closest("tr, [role=row], kat-table-row, li, perm-row");
  if (!row || !hasLevel(row)) {
    row = name;
    while (row && row !== document.body && !hasLevel(row)) row = up(row);
  }
  if (!row || row === document.body || row === name) cannot("no row of " + label);
  const boxes = [...row.children].filter((c) => !c.contains(name) && hasLevel(c));
  return { name, boxes, parts: [row], row };
};
const boxed = (label) => {
  const at = spot(label);
  return at.boxes.length ? at : cannot("no box of the level of " + label);
};

const wrong = (label) => {
  // the level that is not in order: None, by whatever says it here
  const at = spot(label),
    box = at.parts.length > 1 ? at.boxes[0] : at.row;
  const radios = every(box, (k) => k.matches("input[type=radio], [role=radio]"));
  if (radios.length) {
    radios.forEach((r, i) => {
      if (r.tagName === "INPUT") {
        r.checked = i === 0;
        r.toggleAttribute("checked", i === 0);
      } else r.setAttribute("aria-checked", String(i === 0));
    });
    return at;
  }
  const list = every(box, (k) => k.matches("select"))[0];
  if (list) {
    [...list.options].forEach((o, i) => o.toggleAttribute("selected", i === 0));
    list.selectedIndex = 0;
    return at;
  }
  const strip = every(box, (k) => k.matches("[aria-pressed]"));
  if (strip.length) {
    strip.forEach((b, i) => {
      b.setAttribute("aria-pressed", String(i === 0));
      b.classList.toggle("on", i === 0);
    });
    return at;
  }
  const word = texts(box).find((t) => LEVEL.test(squash(t.data))) || cannot("no level to make wrong");
  if (squash(word.data) === "None") cannot("the first level is None, and it may not be the one that is held");
  word.data = "None";
  return at;
};
const setLevel = (label, html) => {
  const at = boxed(label);
  at.boxes.forEach((box, i) => {
    box.innerHTML = i === 0 ? html : "";
  });
  return at;
};
const areaOf = (label, others) => {
  // the row's section: the largest box that holds none of the others
  let el = spot(label).parts[0];
  const holds = (box) =>
    others.some((o) => {
      const hit = labelled(o);
      return hit && box.contains(hit);
    });
  while (up(el) && up(el) !== document.body && !holds(up(el))) el = up(el);
  return holds(el) || el.matches("main, body") ? cannot("no section of its own") : el;
};
const tailOf = (label) => {
  const at = spot(label),
    out = [...at.parts];
  let n = at.parts.at(-1).nextElementSibling;
  while (n && hasLevel(n)) {
    out.push(n);
    n = n.nextElementSibling;
  }
  return out;
};
const taken = (o) =>
  ({ row: () => spot(o.label).parts, tail: () => tailOf(o.label), section: () => [areaOf(o.label, o.others)] })[
    o.part
  ]();

// The grid's own place: before its first row's section, and after its last.
const gridBox = (o) => {
  let el = spot(o.label).parts[0];
  while (
    up(el) &&
    up(el) !== document.body &&
    !o.others.every((x) => {
      const hit = labelled(x);
      return !hit || el.contains(hit);
    })
  )
    el = up(el);
  return el;
};
const place = (o, ...nodes) => {
  const head = document.querySelector("h1"),
    main = document.querySelector("main, #sc-content-container, .a-container") || document.body;
  switch (o.at) {
    case "head":
      head ? head.after(...nodes) : main.prepend(...nodes);
      break;
    case "above": {
      const box = gridBox(o);
      box === main || box === document.body ? (head || cannot("no place above")).after(...nodes) : box.before(...nodes);
      break;
    }
    case "below": {
      const box = gridBox(o);
      box === main || box === document.body ? main.append(...nodes) : box.after(...nodes);
      break;
    }
    case "section":
      areaOf(o.label, o.others).append(...nodes);
      break;
    default:
      document.body.append(...nodes);
  }
};
