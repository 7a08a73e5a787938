// Lies of a second hand: pictures and marks that no element holds, doors within drawings, numbers that the browser
// draws, words of other languages, waiting that no clock tells of.
const STAMP =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='120' height='20'%3E%3Ctext y='15'%3EREVOKED%3C/text%3E%3C/svg%3E";
const in_span = (node) => {
  const s = document.createElement("span");
  node.before(s);
  s.append(node);
  return s;
};
const says_level = (at) => at.boxes.map((b) => squash(b.textContent)).join(" ");
const doors = {
  path(o, show) {
    const svg = make('<svg width="20" height="20"><circle cx="10" cy="10" r="9"/></svg>');
    svg.firstElementChild.addEventListener("click", () => show());
    return svg;
  },
  link: (o) => make(`<svg width="20" height="20"><a href="${o.elsewhere}"><circle cx="10" cy="10" r="9"/></a></svg>`),
  map: (o) =>
    make(
      `<div><img alt="" src="${STAMP}" width="24" height="16" usemap="#${o.salt}"><map name="${o.salt}"><area shape="default" href="${o.elsewhere}" alt=""></map></div>`,
    ),
  form: (o) => make(`<form action="${o.elsewhere}"><button>${o.said}</button></form>`),
  formaction: (o) => make(`<form><button formaction="${o.elsewhere}">${o.said}</button></form>`),
  back: (o) => make(`<p><a href="${o.elsewhere}">${o.said}</a></p>`),
};
const waits = {
  refresh(o) {
    document.head.append(make(`<meta http-equiv="refresh" content="25;url=${o.elsewhere}">`));
  },
  worker(o, show) {
    if (window.Worker) new Worker(o.worker).onmessage = () => show();
  },
  heard(o, show) {
    if (window.Worker) new Worker(o.worker).addEventListener("message", () => show());
  },
  source(o, show) {
    if (window.EventSource) new EventSource("/account/permissions/es").onmessage = () => show();
  },
  shared(o, show) {
    if (window.SharedWorker) new SharedWorker(o.worker).port.onmessage = () => show();
  },
  service(o, show) {
    navigator.serviceWorker?.ready.then(() => show());
  },
  leaves(o, show) {
    document.documentElement.addEventListener("mouseleave", () => show());
  },
  animation(o, show) {
    const el = document.querySelector("main");
    el.animate([{ opacity: 1 }, { opacity: 1 }], { duration: 100, delay: 15000 }).finished.then(() => show());
  },
  sized(o, show) {
    const box = make(`<div style="resize:both;overflow:hidden;width:200px;height:40px;border:1px solid">·</div>`);
    document.querySelector("main").append(box);
    let seen = 0;
    new ResizeObserver(() => (seen++ ? show() : null)).observe(box);
  },
};
// What calls again and again, and shows the rest after many turns.
const turns = {
  chain(show, n = 0) {
    const go = () => {
      n += 1;
      n < 60 ? setTimeout(go, 900) : show();
    };
    go();
  },
  nested(show, n = 60) {
    setTimeout(() => (n ? turns.nested(show, n - 1) : show()), 900);
  },
  interval(show, n = 0) {
    setInterval(() => {
      n += 1;
      if (n === 60) show();
    }, 900);
  },
  async sleeps(show) {
    for (let n = 0; n < 60; n += 1) await new Promise((done) => setTimeout(done, 900));
    show();
  },
  frames(show, end = performance.now() + 90000) {
    const go = () => (performance.now() < end ? requestAnimationFrame(go) : show());
    go();
  },
  film(show) {
    const film = make('<video src="/v.webm" width="2" height="2"></video>');
    film.addEventListener("timeupdate", () => show());
    document.body.append(film);
  },
};
const hands = {
  scrolled,
  told(o) {
    const n = [o.label, ...o.beside, ...o.others].length + 3;
    place(o, make(`<div>${o.html.replace("{n}", String(n))}</div>`));
  },
  turning(o) {
    wrong(o.label);
    const show = keep(o);
    turns[o.by](show);
  },
  stroked(o) {
    const sign = document.createElement("i");
    sign.textContent = o.said;
    if (o.where === "before") in_span(heldWord(o)).prepend(sign);
    else in_span(heldWord(o)).append(sign);
  },
  filmed(o) {
    in_span(heldWord(o)).append(make(o.html));
  },
  fonted(o) {
    styled(o, o.css);
  },
  led(o) {
    place(o, make(`<div style="display:flex">${o.sign}<div>${o.said}</div></div>`));
  },
  stamped(o) {
    const s = in_span(heldWord(o));
    s.classList.add(o.salt);
    if (o.how === "after")
      styled(
        o,
        `.${o.salt}::after{content:"";display:inline-block;width:120px;height:20px;background:url("${STAMP}")}`,
      );
    if (o.how === "edge")
      styled(o, `.${o.salt}{border-right:120px solid transparent;border-image:url("${STAMP}") 0 120 0 0}`);
    if (o.how === "over") {
      s.style.position = "relative";
      s.append(make(`<img alt="" src="${STAMP}" style="position:absolute;left:0;top:0;width:60px;height:18px">`));
    }
  },
  highlighted(o) {
    if (!globalThis.Highlight) cannot("no highlights here");
    const range = new Range();
    range.selectNodeContents(o.on === "label" ? spot(o.label).name : heldWord(o).parentNode);
    CSS.highlights.set(o.salt, new Highlight(range));
    styled(o, `::highlight(${o.salt}){text-decoration:line-through;color:#999}`);
  },
  faced(o) {
    const list = every(spot(o.label).row, (k) => k.matches("select"))[0] || cannot("no list");
    const button = document.createElement("button");
    button.innerHTML = o.face;
    list.prepend(button);
    styled(o, "select,::picker(select){appearance:base-select}");
    if (getComputedStyle(list).appearance !== "base-select" || list.firstElementChild !== button)
      cannot("no lists that a style sheet lays out");
  },
  foreign(o) {
    const name = spot(o.label).name;
    if (o.at === "hint") name.title = o.said;
    else name.append(make(`<div>${o.said}</div>`));
  },
  sentence(o) {
    const at = boxed(o.label);
    (o.at === "level" ? at.boxes[0] : at.name).append(make(`<div>${o.said}</div>`));
  },
  door(o) {
    wrong(o.label);
    const show = keep({ ...o, part: "row" }),
      door = doors[o.by](o, show);
    place(o, door);
  },
  items(o) {
    const row = spot(o.label).row,
      list = row.closest("ul") || cannot("no list of items"),
      rows = [...list.children];
    if (row.localName !== "li" || rows.length < 3 || rows.at(-1) === row) cannot("too few items");
    const ordered = document.createElement("ol");
    rows.forEach((item, n) => {
      item.style.display = "list-item";
      if (o.how === "values") item.value = n + 1;
    });
    if (o.how === "start") ordered.start = 4;
    ordered.append(...rows);
    list.replaceWith(ordered);
    if (o.how === "values") row.remove();
  },
  tiled(o) {
    const n = [o.label, ...o.beside, ...o.others].length;
    const fill = (html) => make(html.replace("{n}", String(n + o.more)).replace("{k}", String(n)));
    if (o.html.startsWith("<i")) {
      const head = areaOf(o.label, o.others).querySelector("h2, h3") || cannot("no title");
      head.after(make(`<div>${o.beside.length + 1 + o.more}</div>`));
    } else place({ ...o, at: "above" }, fill(o.html));
  },
  trailed(o) {
    const said = o.said.replace("{other}", o.other);
    place({ ...o, at: "head" }, make(`<nav ${o.more}><a href="/home">Users</a> / <span>${said}</span></nav>`));
  },
  tucked(o) {
    wrong(o.label);
    const els = spot(o.label).parts,
      box = make(`<div id="${o.salt}" class="popover"><label>${o.label} <input type="${o.type}"></label></div>`);
    els.forEach((el) => el.remove());
    document.querySelector("main").append(box);
    place({ ...o, at: "head" }, make(`<p><a href="#${o.salt}">Learn more</a></p>`));
    styled(o, `#${o.salt}{display:none}#${o.salt}:target{display:block}`);
  },
  slotted(o) {
    wrong(o.label);
    const els = spot(o.label).parts,
      said = `${o.label}: None`,
      host = document.createElement("div"),
      root = host.attachShadow({ mode: "open", slotAssignment: o.how === "manual" ? "manual" : "named" });
    els.forEach((el) => el.remove());
    root.innerHTML = o.how === "manual" ? "<slot></slot><i>·</i>" : `<slot><div>${said}</div></slot>`;
    host.append(o.how === "manual" ? said : make("<i>·</i>"));
    document.querySelector("main").append(host);
  },
  waiting(o) {
    wrong(o.label);
    let show = null;
    waits[o.by](o, () => show());
    show = keep(o);
  },
  cropped(o) {
    const word = heldWord(o);
    if (squash(word.data) !== "View & Edit") cannot("a word alone");
    const s = in_span(word);
    s.style.cssText = `display:inline-block;width:${o.px}px;overflow:hidden;white-space:nowrap`;
  },
  lettered(o) {
    const s = in_span(heldWord(o));
    s.style.display = "block";
    s.classList.add(o.salt);
    styled(o, `.${o.salt}::first-letter{${o.style}}`);
  },
  gridded(o) {
    const own = spot(o.label),
      other = o.beside.map((x) => spot(x)).find((at) => hasLevel(at.row) && says_level(at) !== says_level(own)),
      rows = other ? [own, other] : [];
    if (rows.length < 2 || rows.some((at) => at.boxes.length !== 1 || at.row.children.length !== 2))
      cannot("no two rows of two boxes");
    const home = rows[0].row.parentNode;
    if (rows[1].row.parentNode !== home || rows[0].row.matches("tr")) cannot("no rows of boxes");
    [...home.children]
      .filter((k) => hasLevel(k))
      .forEach((row) => {
        row.style.display = "contents";
      });
    const grid = document.createElement("div");
    grid.style.cssText = "display:grid;grid-template-columns:300px 200px";
    rows[0].row.before(grid);
    grid.append(own.row, other.row, ...[...home.children].filter((k) => k !== grid && hasLevel(k)));
    const [a, b] = [...grid.children];
    [a, b].forEach((row, n) => {
      row.firstElementChild.style.gridArea = `${n + 1}/1`;
      row.lastElementChild.style.gridArea = `${2 - n}/2`;
    });
  },
  signed(o) {
    place({ ...o, at: "below" }, make(`<p><span>${o.said}</span> ${o.sign}</p>`));
  },
  touched(o) {
    in_span(heldWord(o)).classList.add(o.salt);
    styled(o, o.rule.replaceAll("{s}", o.salt).replaceAll("{said}", o.said));
  },
  named(o) {
    place({ ...o, at: "below" }, make(`<div role="${o.role}" aria-label="${o.said}" style="height:5px"></div>`));
  },
  unsized(o) {
    place(o, make(o.html.replaceAll("{at}", o.elsewhere).replaceAll("{s}", o.salt)));
    styled(o, `.${o.salt}::before{content:url("${o.elsewhere}")}`);
  },
  iconed(o) {
    in_span(heldWord(o)).append(make(o.html.replaceAll("{at}", o.elsewhere)));
  },
  tipped_head(o) {
    const head = areaOf(o.label, o.others).querySelector("h2, h3") || cannot("no title");
    head.title = o.said;
  },
};
const handChanges = {
  hand(o) {
    hands[o.way](o);
  },
};
