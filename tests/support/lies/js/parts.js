// Changes of a part of the grid - a row, the rest of a section, a section: hidden, behind something, late, or for the
// eye alone.
const hiding = {
  gone: (els) => {
    const mark = document.createComment("");
    els[0].before(mark);
    els.forEach((e) => e.remove());
    return () => mark.replaceWith(...els);
  },
  display: (els) => {
    els.forEach((e) => {
      e.style.display = "none";
    });
    return () =>
      els.forEach((e) => {
        e.style.display = "";
      });
  },
  hidden: (els) => {
    els.forEach((e) => {
      e.hidden = true;
      e.style.display = "none";
    });
    return () =>
      els.forEach((e) => {
        e.hidden = false;
        e.style.display = "";
      });
  },
  visibility: (els) => {
    els.forEach((e) => {
      e.style.visibility = "hidden";
    });
    return () =>
      els.forEach((e) => {
        e.style.visibility = "";
      });
  },
  content: (els) => {
    els.forEach((e) => {
      e.style.contentVisibility = "hidden";
    });
    return () =>
      els.forEach((e) => {
        e.style.contentVisibility = "";
      });
  },
  template: (els) => {
    const mark = document.createElement("template");
    els[0].before(mark);
    mark.content.append(...els);
    return () => mark.replaceWith(mark.content);
  },
  flat: (els) => {
    els.forEach((e) => {
      e.style.cssText += ";height:0;overflow:hidden";
    });
    return () =>
      els.forEach((e) => {
        e.style.height = e.style.overflow = "";
      });
  },
  shut: (els) => {
    const box = document.createElement("details");
    els[0].before(box);
    box.append(...els);
    return () => {
      box.open = true;
    };
  },
};
const later = {
  // ways by which a part comes late; `at` is when, in milliseconds
  timer: (o, show) => setTimeout(show, o.ms),
  interval: (o, show) => {
    let n = 0;
    const id = setInterval(() => {
      n += 1;
      if (n * 300 >= o.ms) {
        clearInterval(id);
        show();
      }
    }, 300);
  },
  chain: (o, show) => {
    const step = (left) => (left <= 0 ? show() : setTimeout(step, 250, left - 250));
    step(o.ms);
  },
  frames: (o, show) => {
    const end = performance.now() + o.ms,
      go = () => (performance.now() < end ? requestAnimationFrame(go) : show());
    requestAnimationFrame(go);
  },
  animation: (o, show) => {
    const el = make(`<i style="display:inline-block;width:1px;height:1px"></i>`);
    document.body.append(el);
    el.animate([{ opacity: 0 }, { opacity: 1 }], o.ms).onfinish = show;
  },
  css: (o, show) => {
    document.head.insertAdjacentHTML(
      "beforeend",
      `<style>@keyframes w{to{opacity:.9}}.w{animation:w ${o.ms}ms}</style>`,
    );
    const el = make("<i class=w></i>");
    document.body.append(el);
    el.addEventListener("animationend", show);
  },
  fetch: (o, show) =>
    fetch("/late.json")
      .then((r) => r.json())
      .then(show),
  xhr: (o, show) => {
    const x = new XMLHttpRequest();
    x.open("GET", "/late.json");
    x.onload = show;
    x.send();
  },
  import: (o, show) => {
    window.show = show;
    import("/late.js");
  },
  script: (o, show) => {
    window.show = show;
    const s = document.createElement("script");
    s.src = "/late.js";
    document.head.append(s);
  },
  style: (o, show) => {
    const l = document.createElement("link");
    l.rel = "stylesheet";
    l.href = "/late.css";
    l.onload = show;
    document.head.append(l);
  },
  stream: (o, show) => {
    let sent = 0;
    const body = new ReadableStream({
      async pull(c) {
        await new Promise((r) => setTimeout(r, 300));
        sent += 300;
        c.enqueue(new Uint8Array(1));
        if (sent >= o.ms) c.close();
      },
    });
    new Response(body).text().then(show);
  },
  idle: (o, show) => {
    const end = performance.now() + o.ms,
      go = () => (performance.now() < end ? requestIdleCallback(go) : show());
    requestIdleCallback(go);
  },
  channel: (o, show) => {
    const c = new MessageChannel(),
      end = performance.now() + o.ms;
    c.port1.onmessage = () => (performance.now() < end ? setTimeout(() => c.port2.postMessage(1), 50) : show());
    c.port2.postMessage(1);
  },
  view: (o, show) => {
    const mark = make("<div style='height:1px'></div>");
    document.body.append(mark);
    new IntersectionObserver((e, self) => {
      if (e.some((x) => x.isIntersecting)) {
        self.disconnect();
        fetch("/late.json").then(show);
      }
    }).observe(mark);
  },
  store: (o, show) => {
    const asked = indexedDB.open("w", 1);
    asked.onsuccess = asked.onerror = () => setTimeout(show, o.ms);
  },
  picture: (o, show) => {
    const i = new Image();
    i[o.ms % 2 ? "onload" : "onerror"] = show;
    i.addEventListener("load", show);
    i.addEventListener("error", show);
    i.src = "/part.png";
  },
  shown: (o, show) => {
    window.show = show;
    document
      .querySelector("main, body")
      .append(make('<img src="/part.png" alt="" width="1" height="1" onload="show()" onerror="show()">'));
  },
  lazy: (o, show) => {
    const i = make('<img loading="lazy" alt="" width="1" height="1">');
    i.onload = i.onerror = show;
    document.body.append(make("<div style='height:2500px'></div>"), i);
    i.src = "/part.png";
  },
  decode: (o, show) => {
    const i = new Image();
    i.src = "/part.png";
    i.decode().then(show, show);
  },
  every: (o, show) => {
    document.addEventListener(
      "load",
      (e) => {
        if (e.target.localName === "img") show();
      },
      true,
    );
    document.querySelector("main, body").append(make('<img src="/part.png" alt="" width="1" height="1">'));
  },
  boxed: (o, show) => {
    const box = make("<div style='height:30px;overflow:hidden'><div style='height:300px'></div><i>.</i></div>");
    document.body.append(box);
    new IntersectionObserver((e) => {
      if (e.some((x) => x.isIntersecting)) show();
    }).observe(box.lastChild);
  },
  wide: (o, show) => {
    matchMedia("(min-width: 1600px)").addEventListener("change", show);
  },
  resized: (o, show) => {
    addEventListener("resize", () => setTimeout(show, 50));
  },
  posted: (o, show) => {
    fetch("/late.json", { method: "POST" })
      .then((r) => r.json())
      .then(show)
      .catch(() => 0);
  },
  missing: (o, show) => {
    fetch("/gone.json").then((r) => (r.ok ? show() : 0));
  },
  worker: (o, show) => {
    const w = new Worker(URL.createObjectURL(new Blob([`setTimeout(() => postMessage(1), ${o.ms})`])));
    w.onmessage = show;
  },
};
const lone = (els) => {
  const box = document.createElement(els[0].matches("tr") ? "table" : "div");
  box.append(...els);
  return box;
};
const eyes = {
  // for the eye alone, or for nobody
  closed: (els, box) => {
    box.attachShadow({ mode: "closed" }).append(...els);
  },
  declared: (els, box) => {
    const inner = lone(els).outerHTML;
    box.setHTMLUnsafe(`<div><template shadowrootmode="closed">${inner}</template></div>`);
  },
  canvas: (els, box) => {
    const c = document.createElement("canvas");
    c.width = 600;
    c.height = 20 * els.length + 20;
    const g = c.getContext("2d");
    els.forEach((e, i) => g.fillText(squash(e.textContent), 4, 14 + 20 * i));
    box.append(c);
  },
  image: (els, box) => box.append(make('<img alt="" src="/part.png" style="width:600px;height:60px">')),
  drawing: (els, box) =>
    box.append(make('<svg width="600" height="60"><path d="M4 4h200v20H4z"/><path d="M240 4h60v20h-60z"/></svg>')),
  background: (els, box) => {
    box.style.cssText = "width:600px;height:60px;background:url(/part.png)";
  },
  frame: (els, box) => {
    const f = document.createElement("iframe");
    f.style.cssText = "width:600px;height:120px";
    f.srcdoc = lone(els).outerHTML;
    box.append(f);
  },
  foreign: (els, box) => {
    const f = document.createElement("iframe");
    f.style.cssText = "width:600px;height:120px";
    f.src = "https://m.media-amazon.com/part.html";
    box.append(f);
  },
  object: (els, box) =>
    box.append(make('<object data="/part.svg" type="image/svg+xml" width="600" height="60"></object>')),
  unslotted: (els, box) => {
    box.attachShadow({ mode: "open" }).innerHTML = "<b></b>";
    box.append(...els);
  },
  consent: (els, box, o) => {
    box.className = `${o.salt}-cookies`;
    box.innerHTML = `<p>${o.label}</p><p>No access</p>`;
  },
  named: (els, box, o) =>
    box.append(
      make(`<div role="img" aria-label="${o.label}: None" style="width:20px;height:20px;background:red"></div>`),
    ),
  hinted: (els, box, o) => {
    box.innerHTML = `<input placeholder="${o.label}: None">`;
  },
  pseudo: (els, box, o) => {
    box.className = o.salt;
    document.head.insertAdjacentHTML("beforeend", `<style>.${o.salt}::before{content:"${o.label}  None"}</style>`);
  },
  input: (els, box, o) => {
    box.innerHTML = `<input readonly style="width:500px" value="${o.label}: None">`;
  },
};
const away = {
  // drawn, but out of the picture
  left: (box) => {
    box.style.cssText = "position:relative;left:-3000px";
  },
  slide: (box) => {
    box.style.cssText = "transform:translateX(-1400px)";
    box.parentNode.style.overflowX = "hidden";
  },
  right: (box) => {
    box.style.cssText = "transform:translateX(1600px)";
    box.parentNode.style.overflowX = "hidden";
  },
  clip: (box) => {
    box.style.cssText = "clip-path:inset(100%)";
  },
  cut: (box) => {
    box.style.cssText = "max-height:1px;overflow:hidden";
  },
  turned: (box) => {
    box.style.cssText = "overflow:hidden;height:24px";
    box.prepend(make("<div style='height:24px'></div>"));
  },
  tiny: (box) => {
    box.style.cssText = "transform:scale(0);transform-origin:0 0";
  },
  fixed: (box) => {
    box.style.cssText = "position:fixed;top:4000px";
  },
};
const boxable = (o) => {
  const els = taken(o);
  return els[0].matches("tr, dt, dd, td, li, tbody, [role=row]") ? [areaOf(o.label, o.others)] : els;
};
const wrapped = (els) => {
  const box = document.createElement("div");
  els[0].before(box);
  return box;
};
const partChanges = {
  behind(o) {
    // shown when the right thing is pressed
    wrong(o.label);
    const els = taken(o),
      last = els.at(-1),
      mark = document.createElement("span"),
      widget = make(o.html);
    const into = last.matches("tr, dd, dt, li, [role=row]")
      ? last.parentNode.closest("table, dl, ul, ol, [role=table], [role=grid]") || last.parentNode
      : last;
    into.after(mark);
    o.at === "here" ? mark.before(widget) : place(o, widget);
    const show = hiding[o.how](els);
    mark.remove();
    const gos = widget.matches("[data-go]") ? [widget] : [...widget.querySelectorAll("[data-go]")];
    gos.forEach((g) => g.addEventListener(g.matches("select, input") ? "change" : o.on, show));
  },
  elsewhere(o) {
    // what is shown is right; pressed, the same rows are not
    const widget = make(o.html);
    place(o, widget);
    [...widget.querySelectorAll("[data-go]")].forEach((g) =>
      g.addEventListener(g.matches("select, input") ? "change" : "click", () => wrong(o.label)),
    );
  },
  hide(o) {
    wrong(o.label);
    hiding[o.how](taken(o));
  },
  late(o) {
    wrong(o.label);
    later[o.way](o, hiding.gone(taken(o)));
  },
  unseen(o) {
    wrong(o.label);
    const els = boxable(o),
      box = wrapped(els);
    els.forEach((e) => e.remove());
    eyes[o.way](els, box, o);
  },
  away(o) {
    wrong(o.label);
    const els = boxable(o),
      box = wrapped(els);
    box.append(...els);
    away[o.way](box);
  },
  bones(o) {
    // places without words where rows will be
    const els = taken(o),
      like = els[0];
    const bones = Array.from({ length: o.count }, () => {
      if (!like.matches("tr")) return make(o.html);
      const row = document.createElement("tr");
      row.className = o.salt;
      row.innerHTML = [...like.children].map(() => `<td>${o.html}</td>`).join("");
      return row;
    });
    like.before(...bones);
    els.forEach((e) => e.remove());
  },
};
