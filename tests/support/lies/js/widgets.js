// Parts of the grid kept by the widgets of component libraries: lists that draw what is in view, slides, drawers,
// popovers, slots, steps.
const boxOver = (o) => {
  const els = taken(o),
    rows = els[0].matches("tr, dt, dd, li, [role=row]"),
    area = rows ? areaOf(o.label, o.others) : null,
    box = document.createElement("div");
  (area || els[0]).before(box);
  return { els: area ? [area] : els, box };
};
const keepers = {
  wheel(o) {
    const { els, box } = boxOver(o);
    els.forEach((e) => e.remove());
    box.style.cssText = "height:60px;overflow:hidden";
    box.className = o.salt;
    box.innerHTML = "<div style='height:60px'></div>";
    box.addEventListener("wheel", () => box.replaceChildren(...els), { passive: true });
  },
  end(o) {
    const show = hiding.gone(taken(o)),
      mark = make("<i style='display:block;height:1px'></i>");
    document.body.append(mark);
    new IntersectionObserver((e, self) => {
      if (e.some((x) => x.isIntersecting)) {
        self.disconnect();
        setTimeout(show, o.ms);
      }
    }).observe(mark);
  },
  box(o) {
    const { els, box } = boxOver(o);
    box.style.cssText = "height:80px;overflow:auto";
    const mark = make("<i style='display:block;height:1px'></i>");
    els.forEach((e) => e.remove());
    box.append(make("<div style='height:400px'></div>"), mark);
    new IntersectionObserver(
      (e, self) => {
        if (e.some((x) => x.isIntersecting)) {
          self.disconnect();
          setTimeout(() => mark.before(...els), o.ms);
        }
      },
      { root: box },
    ).observe(mark);
  },
  snap(o) {
    const { els, box } = boxOver(o);
    box.style.cssText = "display:flex;width:600px;overflow-x:auto;scroll-snap-type:x mandatory";
    els.forEach((e) => e.remove());
    const slide = make("<div style='flex:0 0 600px'></div>");
    box.append(make("<div style='flex:0 0 600px'></div>"), slide);
    new IntersectionObserver(
      (e, self) => {
        if (e.some((x) => x.isIntersecting && x.intersectionRatio > 0.5)) {
          self.disconnect();
          slide.append(...els);
        }
      },
      { root: box, threshold: 0.6 },
    ).observe(slide);
  },
  slide(o) {
    const { els, box } = boxOver(o);
    box.style.cssText = "width:600px;overflow:hidden";
    els.forEach((e) => e.remove());
    const row = make(
      "<div style='display:flex;width:1200px'><div style='width:600px'></div><div style='width:600px'></div></div>",
    );
    box.append(row);
    box.addEventListener("pointerdown", () => row.lastChild.append(...els));
  },
  slot(o) {
    const { els, box } = boxOver(o);
    const root = box.attachShadow({ mode: "open" });
    root.innerHTML = o.html + "<slot></slot>";
    els.forEach((e) => {
      e.slot = "kept";
      box.append(e);
    });
    root
      .querySelectorAll("[data-go]")
      .forEach((g) => g.addEventListener("click", () => els.forEach((e) => e.removeAttribute("slot"))));
  },
  popover(o) {
    const els = taken(o),
      pop = document.createElement("div"),
      opener = make(o.html);
    pop.popover = "auto";
    els[0].before(document.createComment(""));
    const home = lone(els);
    pop.append(home);
    document.body.append(pop);
    opener.popoverTargetElement = pop;
    place(o, opener);
  },
  dialog(o) {
    const els = taken(o),
      dialog = document.createElement("dialog"),
      opener = make(o.html);
    dialog.append(lone(els));
    document.body.append(dialog);
    opener.addEventListener("click", () => dialog.showModal());
    place(o, opener);
  },
  drawer(o) {
    const at = spot(o.label),
      copy = at.parts.map((p) => p.cloneNode(true));
    at.row.style.cursor = "pointer";
    at.row.addEventListener("click", () => {
      const aside = document.createElement("aside");
      const name = copy.flatMap((c) => texts(c)).find((t) => squash(t.data) === o.label);
      if (name) name.data = o.label + " (bulk)";
      aside.append(...copy);
      document.body.append(aside);
    });
  },
  label(o) {
    const at = spot(o.label),
      inner = [...at.name.childNodes].find((n) => n.nodeType === 3) || cannot("no text");
    const link = make(o.opener);
    inner.before(link);
    link.append(inner);
    link.addEventListener("click", (e) => {
      e.preventDefault();
      wrong(o.label);
    });
  },
  found(o) {
    taken(o).forEach((e) => {
      e.hidden = "until-found";
    });
  },
  print(o) {
    const els = taken(o);
    document.head.insertAdjacentHTML(
      "beforeend",
      `<style>.${o.salt}{display:none!important}@media print{.${o.salt}{display:block!important}}</style>`,
    );
    els.forEach((e) => e.classList.add(o.salt));
  },
  details(o) {
    const { els, box } = boxOver(o),
      d = document.createElement("details");
    d.innerHTML = `<summary>${o.said}</summary>`;
    d.append(...els);
    box.append(d);
    d.addEventListener("toggle", () => {
      d.open = false;
    });
  },
  hack(o) {
    const { els, box } = boxOver(o);
    box.innerHTML = `<input type="checkbox" id="${o.salt}" style="position:absolute;opacity:0"><label for="${o.salt}">${o.said}</label><div class="${o.salt}-b"></div>`;
    box.lastElementChild.append(...els);
    document.head.insertAdjacentHTML(
      "beforeend",
      `<style>.${o.salt}-b{display:none}#${o.salt}:checked~.${o.salt}-b{display:block}</style>`,
    );
  },
  attr(o) {
    const el = document.createElement("div");
    el.className = o.salt;
    el.dataset.said = `${o.label}  None`;
    document.head.insertAdjacentHTML("beforeend", `<style>.${o.salt}::after{content:attr(data-said)}</style>`);
    const els = taken({ ...o, part: "row" }),
      into = els[0].matches("tr, dt, dd, li, [role=row]") ? areaOf(o.label, o.others) : els[0];
    into.after(el);
    els.forEach((e) => e.remove());
  },
  overlay(o) {
    const at = boxed(o.label);
    at.boxes[0].classList.add(o.salt);
    document.head.insertAdjacentHTML(
      "beforeend",
      `<style>.${o.salt}{font-size:0}.${o.salt}>*{display:none}.${o.salt}::after{content:"None";font-size:14px}</style>`,
    );
  },
  marker(o) {
    const at = spot(o.label);
    (at.boxes[0] || at.row).style.cssText += `;display:list-item;list-style:"${o.word} " inside`;
  },
  steps(o) {
    const show = hiding.gone(taken(o)),
      bar = make(o.steps);
    place(o, bar);
    every(bar, (k) => k.matches("[data-go]")).forEach((g) => g.addEventListener(o.on, show));
  },
  sizes(o) {
    const show = hiding.gone(taken(o)),
      bar = make(o.sizes);
    place(o, bar);
    every(bar, (k) => k.matches("[data-go]")).forEach((g) =>
      g.addEventListener(g.matches("select, input") ? "change" : "click", show),
    );
  },
  delegated(o) {
    const at = spot(o.label),
      el = {
        name: at.name,
        row: at.row,
        level: at.boxes[0] || at.name,
        title: areaOf(o.label, o.others).querySelector("h1, h2, h3, h4, summary, legend") || at.name,
        area: areaOf(o.label, o.others),
      }[o.target],
      open = () => {
        const aside = document.createElement("p");
        aside.textContent = `${o.label} (bulk) - None`;
        document.body.append(aside);
      };
    deputies[o.by](el, open, o.press, o.salt);
  },
  react(o) {
    const show = hiding.gone(taken(o)),
      bar = make(o.plain);
    place(o, bar);
    document.addEventListener("click", (e) => {
      if (e.target.closest("[data-go]")) show();
    });
  },
  inner(o) {
    const show = hiding.gone(taken(o)),
      f = document.createElement("iframe");
    f.style.display = "none";
    f.onload = show;
    f.src = "/slow.html";
    document.body.append(f);
  },
  font(o) {
    const show = hiding.gone(taken(o));
    new FontFace("slow", "url(/slow.woff)").load().then(show, show);
  },
  auto(o) {
    const { els, box } = boxOver(o);
    box.style.cssText = "content-visibility:auto;contain-intrinsic-size:auto 300px";
    els.forEach((e) => e.remove());
    box.append(make("<div style='margin-top:1500px;height:20px'></div>"));
    box.addEventListener("contentvisibilityautostatechange", (e) => {
      if (!e.skipped) setTimeout(() => box.append(...els), o.ms);
    });
  },
  sideways(o) {
    const heads = document.querySelectorAll("table");
    if (!heads.length) cannot("no table");
    const t = labelled(o.label).closest("table") || cannot("no table");
    const box = document.createElement("div");
    box.style.cssText = "width:400px;overflow-x:auto";
    t.before(box);
    box.append(t);
    const pad = make("<div style='width:1200px;height:1px'></div>");
    box.append(pad);
    let done = false;
    box.addEventListener("scroll", () => {
      if (box.scrollLeft > 300 && !done) {
        done = true;
        spot(o.label).parts[0].insertAdjacentHTML("beforeend", "<td>Revoked</td>");
      }
    });
  },
};
const deputies = {
  // who opens more when a text is pressed, without a listener of the text's own
  closest(el, open, press, salt) {
    if (every(el, (k) => k.matches(CONTROL + ", button")).length) cannot("the press of a control");
    el.classList.add(salt);
    const run = new Function(
      "open",
      "press",
      `document.addEventListener(press, (e) => { if (e.target.closest(".${salt}")) open(); })`,
    );
    run(open, press);
  },
  matches(el, open, press, salt) {
    el.setAttribute(`data-${salt}`, "1");
    new Function(
      "open",
      "press",
      `document.body.addEventListener(press, (e) => { if (e.target.matches("[data-${salt}], [data-${salt}] *")) open(); })`,
    )(open, press);
  },
  dataset(el, open, press, salt) {
    el.dataset[salt] = "1";
    new Function(
      "open",
      "press",
      `window.addEventListener(press, (e) => { if (e.target.dataset.${salt}) open(); }, true)`,
    )(open, press);
  },
  classes(el, open, press, salt) {
    el.classList.add(salt);
    new Function(
      "open",
      "press",
      `document.documentElement.addEventListener(press, function (e) { if (e.target.classList.contains("${salt}")) open(); })`,
    )(open, press);
  },
  id(el, open, press, salt) {
    el.id = salt;
    new Function("open", "press", `document.onclick = (e) => { if (e.target.id === "${salt}") open(); }`)(open, press);
  },
  tag(el, open, press) {
    new Function(
      "open",
      "press",
      `document.addEventListener(press, (e) => { if (e.target.tagName === "${el.tagName}") open(); })`,
    )(open, press);
  },
  text(el, open, press) {
    if (el.firstElementChild) cannot("more than a text");
    new Function(
      "open",
      "press",
      `document.addEventListener(press, (e) => { if (e.target.textContent.trim() === ${JSON.stringify(squash(el.textContent))}) open(); })`,
    )(open, press);
  },
  props(el, open) {
    el.__reactProps$x1 = { onClick: open };
    document.body.addEventListener(
      "click",
      ((e) => {
        for (let n = e.target; n; n = n.parentNode) n.__reactProps$x1?.onClick?.();
      }).bind(null),
    );
  },
  keeps(el, open) {
    el.__click = open;
    document.addEventListener("click", ((e) => e.target.__click?.()).bind(null));
  },
  jquery(el, open, press, salt) {
    el.classList.add(salt);
    document.jQuery371x1 = {
      events: { click: Object.assign([{ selector: `.${salt}`, handler: open }], { delegateCount: 1 }) },
      handle() {},
    };
    document.addEventListener(
      "click",
      ((e) => {
        if (e.target.className === salt) open();
      }).bind(null),
    );
  },
  action(el, open) {
    el.dataset.action = "more";
    document.addEventListener(
      "click",
      ((e) => {
        if (e.target.getAttribute("data-action")) open();
      }).bind(null),
    );
  },
  own(el, open, press) {
    el.addEventListener(press, open);
  },
  keyboard(el, open) {
    el.tabIndex = 0;
    el.addEventListener("focus", open);
  },
  tabbed(el, open) {
    el.tabIndex = 0;
    document.addEventListener("focusin", (e) => {
      if (e.target === el) open();
    });
  },
  noticed(el, open) {
    el.tabIndex = 0;
    el.__reactProps$x1 = { onFocus: () => open() };
    document.body._reactListeningx1 = true;
    document.body.addEventListener("focusin", ((e) => e.target.__reactProps$x1?.onFocus?.()).bind(null));
  },
  but(el, open, press, salt) {
    el.classList.add(salt);
    new Function(
      "open",
      "press",
      `document.addEventListener(press, (e) => { if (!e.target.closest("h1, .${salt}x")) open(); })`,
    )(open, press);
  },
  noted(el, open) {
    el.__reactProps$x1 = { onClick: () => open() };
    document.body._reactListeningx1 = true;
    document.body.addEventListener(
      "click",
      ((e) => {
        for (let n = e.target; n; n = n.parentNode) n.__reactProps$x1?.onClick?.();
      }).bind(null),
    );
  },
  cursor(el, open) {
    el.style.cursor = "pointer";
    document.addEventListener("click", ((e) => e.target.style.cursor && open()).bind(null));
  },
};
const LATER_WRONG = new Set(["delegated", "drawer", "label", "sideways", "marker"]);
const widgetChanges = {
  widget(o) {
    if (!LATER_WRONG.has(o.way)) wrong(o.label);
    keepers[o.way](o);
  },
};
