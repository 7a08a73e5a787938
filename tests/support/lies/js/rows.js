// Changes of one row: its word, its control, what qualifies it, what it is made of.
const dress = (o) => {
  // what makes rows unlike, or one unlike the others
  const rows = [
    ...new Set(
      [o.label, ...o.others, ...o.beside]
        .map((x) => {
          try {
            return spot(x).parts[0];
          } catch {
            return null;
          }
        })
        .filter(Boolean),
    ),
  ];
  const own = spot(o.label).row;
  if (o.dress === "hash")
    rows.forEach((r, i) => {
      r.className = "css-" + o.salt + i.toString(36);
    });
  if (o.dress === "other") own.className = o.salt;
  if (o.dress === "wrap" && !own.matches("tr, dt, [role=row], li"))
    rows.forEach((r) => {
      const box = document.createElement(o.tag);
      r.before(box);
      box.append(r);
    });
  if (o.dress === "tag" && own.matches("div, li, perm-row")) {
    const other = document.createElement(o.tag);
    other.append(...own.childNodes);
    other.style.cssText = own.style.cssText || "display:flex";
    own.replaceWith(other);
  }
};
const rowChanges = {
  word(o) {
    setLevel(o.label, o.html);
    dress(o);
  },
  relabel(o) {
    // the level that is held is called otherwise
    const at = spot(o.label),
      on = every(at.row, (k) => k.matches("input[type=radio]") && k.checked)[0] || cannot("no radio");
    const says = on.labels && on.labels[0] && texts(on.labels[0]).find((t) => LEVEL.test(squash(t.data)));
    if (says) says.data = o.word;
    else if (on.getAttribute("aria-label")) on.setAttribute("aria-label", o.word);
    else cannot("radio without a word");
    dress(o);
  },
  control(o) {
    setLevel(o.label, o.html);
    dress(o);
  },
  qualify(o) {
    const at = boxed(o.label),
      mark = make(o.html);
    const held =
      at.boxes.find((b) => every(b, (k) => k.checked || k.getAttribute("aria-checked") === "true").length) ||
      at.boxes[0];
    if (o.place === "level") held.append(" ", mark);
    else if (o.place === "label") at.name.append(" ", mark);
    else if (o.place === "cell") {
      const cell = document.createElement(held.tagName === "DD" ? "dd" : held.tagName);
      cell.append(mark);
      at.boxes.at(-1).after(cell);
    } else {
      held.classList.add(o.salt);
      document.head.insertAdjacentHTML(
        "beforeend",
        `<style>.${o.salt}::${o.place}{content:" ${mark.textContent} "}</style>`,
      );
    }
  },
  strike(o) {
    const at = boxed(o.label),
      boxes = o.how === "row" ? at.parts : at.boxes;
    if (o.tag)
      at.boxes.forEach((box) => {
        const s = document.createElement(o.tag);
        s.append(...box.childNodes);
        box.append(s);
      });
    else
      boxes.forEach((box) => {
        box.style.textDecoration = "line-through";
      });
  },
  hint(o) {
    // said at the side: by a tip, or to those who cannot see
    const at = boxed(o.label),
      el = { level: at.boxes[0], row: at.row, label: at.name }[o.on];
    if (o.name === "aria-describedby") {
      document.body.append(make(`<span id="said-x" hidden>${o.said}</span>`));
      el.setAttribute(o.name, "said-x");
    } else el.setAttribute(o.name, o.said);
  },
  bounded(o) {
    const name = texts(spot(o.label).name).find((t) => squash(t.data) === o.label) || cannot("no text of the label");
    name.data = o.label + o.said;
  },
  faded(o) {
    // the level is written, and is not drawn
    boxed(o.label).boxes.forEach((box) => {
      const s = document.createElement("span");
      s.style.cssText = o.style;
      s.append(...box.childNodes);
      box.append(s);
    });
  },
  column(o) {
    // a column more: yes in each row, but in this
    const heads = every(document.body, (k) => k.matches("thead tr, tr:has(> th + th)"));
    if (!heads.length) cannot("no heads");
    heads.forEach((h) => h.append(make(`<table><tr><th>${o.head}</th></tr></table>`).querySelector("th")));
    let rows = 0;
    every(
      document.body,
      (k) => k.matches("tr") && !k.matches("thead *") && hasLevel(k) && k.querySelector("td"),
    ).forEach((r) => {
      const cell = document.createElement("td");
      cell.textContent = r.contains(labelled(o.label)) ? o.no : o.yes;
      r.append(cell);
      rows += 1;
    });
    if (rows < 2) cannot("no rows of a table");
  },
  tree(o) {
    // a row of rows: it opens in a way that nobody knows, or not at all
    const at = boxed(o.label),
      child = at.parts.map((p) => p.cloneNode(true));
    const name = texts(child[0]).find((t) => squash(t.data) === o.label) || cannot("no name to copy");
    name.data = o.label + " " + o.child;
    at.row.setAttribute("aria-expanded", "false");
    at.name.prepend(make(o.html));
    const say = texts(child.at(-1)).find((t) => LEVEL.test(squash(t.data))) || cannot("no word to copy");
    say.data = "None";
    const open = () => {
      at.parts.at(-1).after(...child);
      at.row.setAttribute("aria-expanded", "true");
    };
    if (o.opens === "dblclick") at.row.addEventListener("dblclick", open);
    if (o.opens === "key") at.row.addEventListener("keydown", (e) => e.key === "ArrowRight" && open());
    if (o.opens === "arrow") at.name.firstElementChild.addEventListener("pointerup", open);
  },
};
