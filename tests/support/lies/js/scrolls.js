// Boxes that stand scrolled when the page is shown, and what comes of it when they are scrolled back, or cannot be.
const boxed_off = (part) => {
  const box = document.createElement("div");
  part.before(box);
  box.append(part);
  part.style.paddingBottom = "900px";
  box.style.cssText = "height:90px;overflow:auto";
  box.scrollTop = 800;
  return box;
};
const at_beginning = (box, act) => {
  let done = false;
  box.addEventListener("scroll", () => {
    if (done || box.scrollTop > 100) return;
    done = true;
    act();
  });
};
// What stands so far down is on the page even where it is scrolled off.
const lower = () => make('<div style="height:1500px"></div>');
const scrolls = {
  level(o, box) {
    at_beginning(box, () => wrong(o.label));
  },
  row(o, box) {
    wrong(o.label);
    at_beginning(box, keep({ ...o, part: "row" }));
  },
  again(_, box) {
    box.addEventListener("scroll", () => {
      box.scrollTop = 800;
    });
  },
  barred(_, box) {
    box.before(lower());
    box.style.overflow = "auto hidden";
    box.scrollTop = 800;
  },
  sizeless(_, box) {
    box.style.height = "0";
  },
  held(_, box) {
    const outer = document.createElement("div");
    box.before(lower(), outer);
    outer.append(box, make(`<div style="height:900px"></div>`));
    outer.style.cssText = "height:60px;overflow:hidden";
    outer.scrollTop = 500;
  },
};
const shows_once = (box, show, when = () => true) => {
  let done = false;
  box.addEventListener("scroll", () => {
    if (done || !when()) return;
    done = true;
    show();
  });
};
const besides = (style, inner) => {
  const box = make(`<div style="${style}"><div style="${inner}">·</div></div>`);
  (document.querySelector("main") || cannot("no main part")).after(box);
  return box;
};
// Boxes that hold no row, or all of the page, and bring a row when they are scrolled.
const brings = {
  around: (show) => at_beginning(boxed_off(document.querySelector("main") || cannot("no main part")), show),
  body(show) {
    document.documentElement.style.cssText = "height:100%;overflow:hidden";
    document.body.style.cssText = "height:100%;margin:0;overflow:auto";
    document.body.append(make('<div style="height:2000px"></div>'));
    shows_once(document.body, show);
  },
  beside: (show) => shows_once(besides("height:60px;overflow:auto", "height:400px"), show),
  leftward: (show) => shows_once(besides("direction:rtl;width:300px;overflow:auto", "width:2400px"), show),
  smooth(show) {
    const box = besides("width:300px;overflow:auto;scroll-behavior:smooth", "width:2400px");
    shows_once(box, show, () => box.scrollLeft > 1900);
  },
};
const scrolled = (o) => {
  const part = areaOf(o.label, o.others);
  if (brings[o.how]) {
    wrong(o.label);
    return brings[o.how](keep({ ...o, part: "row" }));
  }
  if (part.parentNode.matches("table, tbody, tr, ul, ol, dl")) cannot("no place for a box");
  scrolls[o.how](o, boxed_off(part));
};
