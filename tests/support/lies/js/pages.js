// Changes of the page around the grid: what it says of itself, whose it is, what filters it; and changes that mean
// nothing.
const names = (from, to) => {
  // our address becomes another's, wherever it stands
  let count = 0;
  texts(document.body).forEach((t) => {
    if (t.data.includes(from)) {
      t.data = t.data.replaceAll(from, to);
      count += 1;
    }
  });
  document.title = document.title.replaceAll(from, to);
  return count;
};
const pageChanges = {
  says(o) {
    place(o, make(o.html));
  },
  filter(o) {
    const at = spot(o.label);
    place(o, make(o.html));
    at.parts.forEach((p) => p.remove());
  },
  whose(o) {
    names(o.user, o.other);
    place(o, make(o.html));
  },
};
const sameChanges = {
  nothing() {}, // nothing of this means anything; what is read must stay what it was
  wrap() {
    document.querySelectorAll("main > *, section").forEach((e) => {
      const box = document.createElement("div");
      e.before(box);
      box.append(e);
    });
  },
  classes(o) {
    document.querySelectorAll("main *").forEach((e, i) => {
      if (!e.closest("svg") && e.className && typeof e.className === "string" && !/kat|a-/.test(e.className))
        e.className = o.salt + i;
    });
  },
  comments() {
    document.querySelectorAll("main *").forEach((e) => e.after(document.createComment(" ")));
  },
  data(o) {
    document.querySelectorAll("main *").forEach((e, i) => {
      e.dataset[o.salt] = String(i);
    });
  },
  bold(o) {
    [o.label, ...o.others].forEach((x) => {
      const el = labelled(x);
      if (!el || el.matches("dt, label")) return;
      const b = document.createElement("span");
      b.append(...el.childNodes);
      el.append(b);
    });
  },
  token() {
    (document.querySelector("main") || document.body).insertAdjacentHTML(
      "beforeend",
      // biome-ignore lint/suspicious/noUselessEscapeInString: it would end the script that this is put into
      '<input type="hidden" name="csrf" value="1"><template><p>x</p></template><script type="application/json">{"a": "View"}<\/script>',
    );
  },
  space() {
    document
      .querySelectorAll("main section, main h2")
      .forEach((e) => e.before("\n    \n", document.createElement("br")));
  },
  style(o) {
    document.head.insertAdjacentHTML(
      "beforeend",
      `<style>main{padding:${o.count}0px;font:1${o.count}px serif;color:#123}section{border:1px solid #ccc;margin:8px}</style>`,
    );
  },
  rule() {
    document.querySelectorAll("main section").forEach((e) => e.after(document.createElement("hr")));
  },
  icon(o) {
    labelled(o.label).prepend(make('<svg aria-hidden="true" width="12" height="12"><path d="M1 1h10v10z"/></svg>'));
  },
  ids(o) {
    document.querySelectorAll("main div, main section, main tr").forEach((e, i) => {
      if (!e.id) e.id = o.salt + i;
    });
  },
  measure() {
    // who measures presses, and hears what is pressed already
    const sent = [];
    document.addEventListener(
      "click",
      (e) => {
        const hit = e.target.closest("a, button, [role=button]");
        if (hit) sent.push(hit.textContent);
      },
      true,
    );
    addEventListener("click", (e) => sent.push(e.clientX));
    addEventListener("error", (e) => sent.push(e.message), true);
    navigator.sendBeacon("/measure", "1");
    fetch("https://fls-na.amazon.com/1/batch", { method: "POST", body: "1" }).catch(() => 0);
  },
  framework() {
    // one that listens at its root, for everything
    const root = document.querySelector("main, body"),
      hear = () => 0;
    ["click", "mousedown", "pointerdown", "touchstart"].forEach((type) => {
      root.addEventListener(type, hear.bind(null));
      root.addEventListener(type, hear.bind(null), true);
    });
    document.querySelectorAll("main *").forEach((e) => {
      e.__reactProps$x1 = { className: e.className, children: [] };
      e.__reactFiber$x1 = {};
    });
  },
  picture(o) {
    labelled(o.label).prepend(
      make(
        '<img alt="" width="12" height="12" src="data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7">',
      ),
    );
    document.querySelector("main").append(make('<img alt="" width="12" height="12" src="/small.png">'));
  },
  watched() {
    const io = new IntersectionObserver(() => 0, { threshold: [0, 0.5] });
    document.querySelectorAll("main section, main tr, main li").forEach((e) => io.observe(e));
    matchMedia("(min-width: 1600px)").addEventListener("change", () => 0);
    addEventListener("resize", () => 0);
  },
  tips(o) {
    document.querySelectorAll("main td, main dd, main h2").forEach((e) => {
      e.title = squash(e.textContent);
    });
    labelled(o.label).title = `What the user may do with ${o.label}`;
  },
  title() {
    document.title = "Seller Central";
  },
};

const CHANGES = { ...rowChanges, ...partChanges, ...widgetChanges, ...foundChanges, ...handChanges, ...pageChanges };
const change = (asked) => {
  const act = () => {
    try {
      (asked.same ? sameChanges : CHANGES)[asked.act](asked);
    } catch (err) {
      console.debug("lie not made: " + err.message);
      return;
    }
    console.debug("lie made");
  };
  const ready = () =>
    document.querySelector("main, body") && labelled(asked.label) && asked.others.every((x) => labelled(x));
  if (ready()) {
    act();
    return;
  }
  new MutationObserver((_, self) => {
    if (ready()) {
      self.disconnect();
      act();
    }
  }).observe(document, { childList: true, subtree: true });
};
