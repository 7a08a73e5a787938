// Lies that were found by hand: rows that come by an event nobody sends, signs that take a level back, numbers that do
// not agree, names that contradict what is shown.
const keep = (o) => hiding.gone(taken(o));
const styled = (o, css) => document.head.insertAdjacentHTML("beforeend", `<style>${css}</style>`);
const heldBox = (o) => {
  const at = boxed(o.label);
  return (
    at.boxes.find((b) => every(b, (k) => k.checked || k.getAttribute("aria-checked") === "true").length) || at.boxes[0]
  );
};
const heldWord = (o) =>
  texts(heldBox(o)).find((t) => LEVEL.test(squash(t.data)) && !t.parentNode.closest("option, label, button")) ||
  cannot("no level in words");
const rowsOf = (o) => [o.label, ...o.beside].map((x) => spot(x).row);
const rooted = (types) =>
  types.forEach((type) =>
    document.addEventListener(
      type,
      ((e) => {
        for (let n = e.target; n; n = n.parentNode)
          for (const k of Object.keys(n))
            if (k.startsWith("__reactProps$")) {
              const run =
                n[k]["on" + { keydown: "KeyDown", click: "Click", focusin: "Focus", mouseover: "MouseOver" }[type]];
              if (run) run(e);
            }
      }).bind(null),
    ),
  );
const events = {
  // what a page waits for
  key(o, show) {
    document.addEventListener(
      "keydown",
      new Function("show", `return (e) => { if (e.key === ${JSON.stringify(o.key)}) show(); }`)(show),
    );
  },
  anykey(o, show) {
    addEventListener("keyup", () => show());
  },
  focus(o, show) {
    addEventListener("focus", () => show());
  },
  focusin(o, show) {
    (document.querySelector("main") || document.body).addEventListener("focusin", () => show());
  },
  visible(o, show) {
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") show();
    });
  },
  storage(o, show) {
    addEventListener("storage", () => show());
  },
  message(o, show) {
    addEventListener("message", () => show());
  },
  online(o, show) {
    addEventListener("online", () => show());
  },
  hash(o, show) {
    addEventListener("hashchange", () => show());
  },
  hover(o, show) {
    spot(o.others[0]).row.addEventListener("mouseenter", () => show());
  },
  hovered(o, show) {
    const el = spot(o.others[0]).name;
    el.classList.add(o.salt);
    document.addEventListener(
      "mouseover",
      new Function("show", `return (e) => { if (e.target.closest(".${o.salt}")) show(); }`)(show),
    );
  },
  pointer(o, show) {
    areaOf(o.others[0], [o.label]).addEventListener("pointerenter", () => show());
  },
  handled(o, show) {
    spot(o.others[0]).row.onmouseenter = () => show();
  },
  resize(o, show) {
    let n = 0;
    addEventListener("resize", () => {
      n += 1;
      setTimeout(show, 300);
    });
  },
  selects(o, show) {
    document.addEventListener("selectionchange", () => show());
  },
  later(o, show) {
    setTimeout(show, o.ms);
  },
  react(o, show) {
    const el = spot(o.others[0]).name;
    el.__reactProps$x9 = { onKeyDown: () => show(), children: [] };
    rooted(["keydown"]);
  },
  reacted(o, show) {
    const el = spot(o.others[0]).name;
    el.__reactProps$x9 = { onMouseOver: () => show(), children: [] };
    rooted(["mouseover"]);
  },
};
const told = (o) => {
  const name = make(o.said_by);
  place(o, name);
  return name;
};
const finds = {
  event(o) {
    wrong(o.label);
    let show = null;
    events[o.by](o, () => show());
    show = keep(o);
  },
  harmless(o) {
    wrong(o.label);
    const widget = told(o),
      show = keep(o);
    if (!widget.isConnected) cannot("the door is gone with the rows");
    const doors = [widget, ...widget.querySelectorAll("*")].filter((k) => k.matches("button, a, [role=button], b")),
      door = doors[0];
    ({
      click: () =>
        doors.forEach((k) =>
          k.addEventListener("click", (e) => {
            e.preventDefault();
            show();
          }),
        ),
      submit: () => {
        if (door.localName !== "button" || door.type !== "submit") cannot("nothing that sends");
        const form = document.createElement("form");
        door.before(form);
        form.append(door);
        form.addEventListener("submit", (e) => {
          e.preventDefault();
          show();
        });
      },
      hash: () => {
        const link = make(`<a href="#${o.salt}">${door.textContent || "Help"}</a>`);
        door.replaceWith(link);
        addEventListener("hashchange", () => {
          if (location.hash === "#" + o.salt) show();
        });
      },
      focus: () => {
        if (!door.matches("button, [tabindex], [href]")) cannot("no focus comes here");
        door.addEventListener("focus", () => show());
      },
    })[o.how]();
  },
  // what stands on a row, or on its level
  attribute(o) {
    const at = boxed(o.label),
      el = { row: at.row, level: heldBox(o), label: at.name }[o.on];
    el.setAttribute(o.name, o.value);
  },
  look(o) {
    const at = boxed(o.label);
    at.parts.forEach((p) => {
      p.style.cssText += ";" + o.style;
    });
  },
  dimmed(o) {
    heldBox(o).style.cssText += ";" + o.style;
  },
  line(o) {
    const at = boxed(o.label),
      els = o.on === "label" ? [at.name] : o.on === "row" ? at.parts : at.boxes;
    els.forEach((el) => {
      el.classList.add(o.salt);
      if (o.how === "gradient")
        el.style.backgroundImage = "linear-gradient(transparent 45%, #c00 45%, #c00 55%, transparent 55%)";
      if (o.how === "before")
        styled(
          o,
          `.${o.salt}{position:relative}.${o.salt}::before{content:"";position:absolute;left:0;right:0;top:50%;height:2px;background:#c00}`,
        );
      if (o.how === "after")
        styled(
          o,
          `.${o.salt}{position:relative}.${o.salt}::after{content:"";position:absolute;left:0;width:100%;top:50%;border-top:1px solid}`,
        );
      if (o.how === "overlay") {
        const r = (el === at.row ? at.name : el).getBoundingClientRect(),
          bar = document.createElement("div");
        bar.style.cssText = `position:absolute;left:${r.left + scrollX}px;top:${r.top + scrollY + r.height / 2 - 1}px;width:${Math.max(40, r.width)}px;height:2px;background:#c00;pointer-events:none`;
        document.body.append(bar);
      }
      if (o.how === "s") {
        const s = document.createElement("s");
        s.append(...el.childNodes);
        el.append(s);
      }
      if (o.how === "del" && o.on !== "row") {
        const s = document.createElement("del");
        s.append(...el.childNodes);
        el.append(s);
      }
      if (o.how === "shadow") el.style.boxShadow = "inset 0 -0.6em 0 -0.5em #c00";
    });
    if (o.how === "del" && o.on === "row") cannot("no element in place of a row");
  },
  above(o) {
    const area = areaOf(o.label, o.others);
    area.style.textDecoration = "line-through";
  },
  veil(o) {
    const box = gridBox(o),
      r = box.getBoundingClientRect(),
      veil = document.createElement("div");
    veil.style.cssText = `position:absolute;left:${r.left + scrollX}px;top:${r.top + scrollY}px;width:${r.width}px;height:${r.height}px;background:${o.colour};pointer-events:none`;
    document.body.append(veil);
  },
  layer(o) {
    const at = boxed(o.label),
      r = heldBox(o).getBoundingClientRect(),
      layer = document.createElement("div");
    layer.style.cssText = `position:absolute;left:${r.left + scrollX}px;top:${r.top + scrollY}px;width:${r.width}px;height:${r.height}px;background:#fff;pointer-events:none;z-index:9`;
    layer.textContent = o.covers;
    document.body.append(layer);
  },
  shifted(o) {
    const rows = [o.label, ...o.beside]
      .map((x) => {
        try {
          return boxed(x);
        } catch {
          return null;
        }
      })
      .filter(Boolean);
    if (rows.length < 2) cannot("one row");
    const move = (el, by) => {
        el.style.cssText += `;position:relative;top:${by}px`;
      },
      tall = (at) => at.row.getBoundingClientRect().height,
      level = heldBox(o);
    const to = (one, two) => two.getBoundingClientRect().top - one.getBoundingClientRect().top;
    ({
      down: () => move(level, Math.max(24, tall(rows[0]) + 8)),
      up: () => move(level, -Math.max(48, 2 * tall(rows[0]) + 8)),
      label: () => move(rows[0].name, Math.max(48, 2 * tall(rows[0]) + 8)),
      exchanged: () => {
        const by = to(rows[0].boxes[0], rows[1].boxes[0]);
        if (Math.abs(by) < 8) cannot("side by side");
        move(rows[0].boxes[0], by);
        move(rows[1].boxes[0], -by);
      },
      turned: () => {
        level.style.cssText += `;display:inline-block;transform:translateY(${Math.max(48, 2 * tall(rows[0]) + 8)}px)`;
      },
      crossed: () => {
        const words = every(rows[0].row, (k) => k.matches("label"))
          .map((k) => texts(k)[0])
          .filter(Boolean);
        if (words.length < 2) cannot("no words of two controls");
        const spans = words.slice(0, 2).map((t) => {
            const s = document.createElement("span");
            t.before(s);
            s.append(t);
            return s;
          }),
          by = spans[1].getBoundingClientRect().left - spans[0].getBoundingClientRect().left;
        spans[0].style.cssText = `position:relative;left:${by}px`;
        spans[1].style.cssText = `position:relative;left:${-by}px`;
      },
    })[o.how]();
  },
  ordered(o) {
    const rows = every(document.body, (k) => k.matches("tr, [role=row]") && k.children.length > 2),
      head = rows.find((r) => r.querySelector("th, [role=columnheader]")) || cannot("no heads");
    if (head.children.length < 4) cannot("too few columns");
    rows
      .filter((r) => r.children.length === head.children.length)
      .forEach((r) => {
        r.style.cssText += ";display:flex;width:900px";
        [...r.children].forEach((c) => {
          c.style.cssText += ";flex:1 1 0;min-width:0;padding:0";
        });
      });
    [...head.children].forEach((c, i) => {
      if (i > 0) c.style.order = String(9 - i);
    });
  },
  backwards(o) {
    const word = heldWord(o),
      s = document.createElement("span");
    s.style.cssText = o.style;
    word.before(s);
    s.append(word);
  },
  entitled(o) {
    document.title = o.title;
  },
  sheeted(o) {
    const area = areaOf(o.label, o.others);
    area.classList.add(o.salt);
    styled(
      o,
      `.${o.salt}{position:relative}.${o.salt}::after{content:"";position:absolute;left:0;top:0;width:100%;height:100%;background:${o.colour}}`,
    );
  },
  edged(o) {
    const at = boxed(o.label);
    [o.on === "row" ? at.row : heldBox(o)].forEach((el) => {
      el.style.background = "linear-gradient(#fff 45%, #c00 45%, #c00 55%, #fff 55%)";
    });
  },
  ringed(o) {
    boxed(o.label).parts.forEach((p) => {
      p.style.cssText += ";" + o.style;
    });
  },
  nested(o) {
    const r = heldBox(o).getBoundingClientRect(),
      layer = make(`<div><div style="width:100%;height:100%;background:#fff"></div></div>`);
    layer.style.cssText = `position:absolute;left:${r.left + scrollX}px;top:${r.top + scrollY}px;width:${Math.max(40, r.width)}px;height:${r.height}px`;
    document.body.append(layer);
  },
  // who hears for the whole page, and tells by none of its words what it is about
  delegated(o) {
    wrong(o.label);
    const door = make("<p>Common rights</p>"),
      box = { document, body: document.body, main: document.querySelector("main") || document.body, window }[o.on];
    door.className = o.salt;
    door.dataset.rowsOfAll = "";
    place({ ...o, at: "below" }, door);
    const show = keep(o),
      name = "." + o.salt,
      by_class = { [o.salt]: show },
      help = (e) => {
        if (e.target.closest(name)) show();
      };
    box.addEventListener(
      o.type,
      {
        contains: (e) => {
          if (door.contains(e.target)) show();
        },
        equal: ({ target }) => {
          if (target === door) show();
        },
        variable: (e) => {
          if (e.target.closest(name)) show();
        },
        passed: (e) => help(e),
        bound: function (e) {
          const run = this[e.target.className];
          if (run) run();
        }.bind(by_class),
        path: (e) => {
          if (e.composedPath().includes(door)) show();
        },
        point: (e) => {
          if (e.clientY > door.getBoundingClientRect().top) show();
        },
        object: {
          handleEvent: (e) => {
            if (door.contains(e.target)) show();
          },
        },
        named: (e) => {
          const find = (name) => e.composedPath().find((el) => el.dataset && name in el.dataset);
          if (find("rowsOfAll")) show();
        },
        always: () => show(),
        but: (e) => {
          if (!e.target.closest("h1")) show();
        },
        otherwise: (e) => {
          if (e.target.closest("h1")) return;
          else show();
        },
        called: (
          (close) => () =>
            close()
        )(show),
      }[o.how],
    );
  },
  keyed(o) {
    wrong(o.label);
    const show = keep(o),
      key = "m",
      keys = { Enter: show, "+": show };
    document.addEventListener(
      "keydown",
      {
        enter: (e) => {
          if (e.key === "Enter") show();
        },
        space: (e) => {
          if (e.code === "Space") show();
        },
        delete: (e) => {
          if (e.key === "Delete") show();
        },
        number: (e) => {
          if (e.keyCode === 13) show();
        },
        control: (e) => {
          if (e.ctrlKey && e.key === "m") show();
        },
        map: (e) => keys[e.key]?.(),
        variable: (e) => {
          if (e.key === key) show();
        },
      }[o.how],
    );
  },
  handed(o) {
    wrong(o.label);
    const show = keep(o);
    document.addEventListener(o.type, () => show());
  },
  trusted(o) {
    wrong(o.label);
    const show = keep(o),
      part = spot(o.others[0]).row;
    ({ row: part, document, window })[o.on].addEventListener(o.type, (e) => {
      if (e.isTrusted && e.type) show();
    });
  },
  far(o) {
    wrong(o.label);
    const show = keep(o);
    o.by === "interval" ? setInterval(() => show(), o.ms) : setTimeout(() => show(), o.ms);
  },
  coloured(o) {
    if (o.others.length < 12) cannot("too few rows");
    const all = [...new Set([o.label, ...o.others, ...o.beside])]
        .map((x) => {
          try {
            return boxed(x);
          } catch {
            return null;
          }
        })
        .filter(Boolean),
      rows = all.slice(0, o.rows);
    const held = (at) => {
      const list = every(at.row, (k) => k.matches("select"))[0],
        on = every(at.row, (k) => k.checked || k.getAttribute("aria-pressed") === "true")[0];
      return squash(
        list
          ? list.selectedOptions[0].textContent
          : on
            ? on.labels?.[0]?.textContent || on.textContent
            : at.boxes.map((b) => b.textContent).join(" "),
      );
    };
    if (!all.slice(o.rows).some((at) => rows.some((one) => held(one) === held(at))))
      cannot("the colour goes with the level");
    if (o.striped)
      all
        .sort((a, b) => (a.row.compareDocumentPosition(b.row) & 4 ? -1 : 1))
        .forEach((at, i) =>
          at.parts.forEach((p) => {
            p.style.background = i % 2 ? "#f8f8f8" : "#fff";
          }),
        );
    rows.forEach((at) =>
      at.parts.forEach((p) => {
        p.style.cssText += ";" + o.style;
      }),
    );
  },
  written(o) {
    const word = heldWord(o),
      s = document.createElement(o.how === "quoted" ? "q" : "span");
    word.before(s);
    s.append(word);
    s.classList.add(o.salt);
    styled(
      o,
      o.how === "quoted"
        ? `.${o.salt}{quotes:"No longer " ""}`
        : `@counter-style ${o.salt}{system:cyclic;symbols:"Revoked";suffix:" "}.${o.salt}{display:list-item;list-style:${o.salt} inside}`,
    );
  },
  left(o) {
    wrong(o.label);
    const els = spot(o.label).parts,
      box = document.createElement("div");
    box.style.cssText = "position:absolute;left:-9999px";
    document.body.append(box);
    box.append(...els);
  },
  disguised(o) {
    const name = spot(o.label).name,
      t = texts(name).find((x) => /[aeo]/.test(x.data)) || cannot("no letter");
    t.data =
      o.how === "letter"
        ? t.data.replace(/a/, "\u0430").replace(/e/, "\u0435").replace(/o/, "\u043e")
        : o.how === "turned"
          ? `\u202e${t.data}\u202c`
          : t.data.replace(/([aeo])/, "$1\u0335");
  },
  // numbers
  index(o) {
    const own = spot(o.label).row,
      rows = [...own.parentNode.children].filter((r) => hasLevel(r));
    if (rows.at(-1) === own) cannot("the last row");
    rows.forEach((r, i) => r.setAttribute("aria-rowindex", String(i + 2)));
    if (rows.length < 3) cannot("too few rows");
    spot(o.label).parts.forEach((p) => p.remove());
  },
  count(o) {
    const rows = [...spot(o.label).row.parentNode.children].filter((r) => hasLevel(r));
    if (rows.length < 2) cannot("too few rows");
    rows.forEach((r, i) => {
      r.setAttribute("aria-posinset", String(i + 1));
      r.setAttribute("aria-setsize", String(rows.length + o.more));
    });
  },
  skipped(o) {
    const rows = [...spot(o.label).row.parentNode.children].filter((r) => hasLevel(r)),
      n = rows.indexOf(spot(o.label).row);
    if (rows.length < 3 || n === rows.length - 1) cannot("too few rows");
    rows.forEach((r, i) => r.setAttribute("aria-posinset", String(i + 1)));
    spot(o.label).parts.forEach((p) => p.remove());
  },
  numbered(o) {
    const rows = rowsOf(o);
    if (rows.length < 3) cannot("too few rows");
    const list = [...rows[0].parentNode.children].filter((r) => rows.includes(r));
    list.forEach((r, i) => {
      r.dataset.n = i + 1;
    });
    list.forEach((r) => {
      const t = texts(r)[0];
      t.data = `${r.dataset.n}. ${t.data.trimStart()}`;
    });
    spot(`${spot(o.label).row.dataset.n}. ${o.label}`);
  },
  counter(o) {
    styled(o, `body{counter-reset:rows 12}.${o.salt}::after{content:${o.content}}`);
    const p = document.createElement("p");
    p.className = o.salt;
    place(o, p);
  },
  summary(o) {
    if (o.html.includes("<caption")) o.html = o.html.replace(/caption/g, "figcaption");
    const n = [o.label, ...o.beside, ...o.others].length;
    place(o, make(o.html.replace("{n}", String(n + o.more)).replace("{k}", String(n))));
  },
  title(o) {
    const n = o.beside.length + 1,
      head = areaOf(o.label, o.others).querySelector("h2, h3, summary, legend, caption") || cannot("no title");
    head.append(o.html.replace("{n}", String(n + o.more)).replace("{k}", String(n)));
  },
  heading(o) {
    const n = [o.label, ...o.beside, ...o.others].length,
      head = document.querySelector("h1") || cannot("no heading");
    head.append(o.html.replace("{n}", String(n + o.more)).replace("{k}", String(n)));
  },
  // names against what is shown
  named(o) {
    const word = heldWord(o);
    if (word.parentNode.childElementCount || squash(word.parentNode.textContent) !== squash(word.data)) {
      const s = document.createElement("span");
      word.before(s);
      s.append(word);
    }
    word.parentNode.setAttribute(o.name, o.value);
  },
  tipped(o) {
    const at = boxed(o.label),
      area = areaOf(o.label, o.others);
    const boxes = {
      row: () => at.row,
      level: () => heldBox(o),
      label: () => at.name,
      part: () => every(heldBox(o), () => true).at(-1),
      title: () => area.querySelector("h2, h3, summary, legend, caption"),
      section: () => area,
    };
    (boxes[o.on]() || cannot(`no ${o.on}`)).setAttribute(o.name, o.said.replace("{label}", o.label));
  },
  option(o) {
    const list = every(spot(o.label).row, (k) => k.matches("select"))[0] || cannot("no list"),
      none = [...list.options].find((x) => /None/.test(x.textContent)) || cannot("no None");
    const held = list.selectedOptions[0];
    if (o.how === "label") held.label = "None";
    if (o.how === "text") {
      held.label = held.textContent;
      held.textContent = "None";
    }
    if (o.how === "shown") {
      held.toggleAttribute("selected", true);
      list.value = none.value;
    }
    if (o.how === "value") list.setAttribute("value", "NONE");
    if (o.how === "combobox") {
      const c = document.createElement("div");
      c.setAttribute("role", "combobox");
      c.setAttribute("aria-expanded", "false");
      c.setAttribute("aria-label", o.label);
      c.tabIndex = 0;
      c.innerHTML = `<span>${held.textContent.replace("&", "&amp;")}</span><div role="listbox">${[...list.options].map((x) => `<div role="option" aria-selected="${x === none}">${x.textContent.replace("&", "&amp;")}</div>`).join("")}</div>`;
      list.replaceWith(c);
    }
  },
  mixed(o) {
    const radios = every(spot(o.label).row, (k) => k.matches("input[type=radio]"));
    if (!radios.length) cannot("no radios");
    if (o.how === "none")
      radios.forEach((r) => {
        r.checked = false;
        r.removeAttribute("checked");
      });
    if (o.how === "two") {
      radios.forEach((r, i) => {
        r.name = `${o.salt}${i}`;
        r.checked = true;
      });
    }
    if (o.how === "boxes")
      radios.forEach((r) => {
        const on = r.checked;
        r.type = "checkbox";
        r.checked = on;
        if (on) r.indeterminate = true;
      });
  },
  // the page
  tour(o) {
    const box = document.createElement("div");
    box.className = o.box;
    box.style.cssText = "position:fixed;right:8px;bottom:8px;background:#ffd;padding:8px;border:1px solid";
    box.innerHTML = `<p>${o.said}</p><button>Next</button><button>Skip</button>`;
    document.body.append(box);
  },
  swapped(o) {
    const table = labelled(o.label).closest("table") || cannot("no table");
    const head = table.querySelector("thead tr") || cannot("no heads");
    if (head.children.length < 3) cannot("one column");
    const cells = [...head.children];
    head.insertBefore(cells.at(-1), cells[1]);
  },
  people(o) {
    const box = gridBox(o),
      copy = box.cloneNode(true),
      at = labelled(o.label);
    copy.querySelectorAll("[id]").forEach((e) => e.removeAttribute("id"));
    copy.querySelectorAll("[name]").forEach((e) => {
      e.name += "-2";
    });
    box.after(make(o.head), copy);
    wrong(o.label);
    if (!at) cannot("no label");
  },
  accordion(o) {
    const area = areaOf(o.label, o.others);
    wrong(o.label);
    const d = document.createElement("details"),
      e = document.createElement("details");
    d.name = e.name = o.salt;
    d.innerHTML = "<summary>Inventory</summary>";
    e.open = true;
    e.innerHTML = "<summary>About</summary><p>x</p>";
    area.before(d);
    d.append(area);
    d.after(e);
  },
};
const foundChanges = {
  found(o) {
    finds[o.way](o);
  },
};
