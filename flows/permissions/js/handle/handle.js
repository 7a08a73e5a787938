// Finds what has to be handled before a grid is whole: closed sections, "show more", tabs, pickers, lists to scroll.
// Presses nothing itself.
({ css, what, more, next, levels, target, listed, quiet, limit, step, moment, least }) => {
  const clean = (s) => (s || "").replace(/[\s\u00a0]+/g, " ").trim();
  const is = (el, rule) => el.nodeType === 1 && el.matches(css[rule]);
  const up = (n) => n.assignedSlot || (n.parentNode instanceof ShadowRoot ? n.parentNode.host : n.parentNode);
  const kids = (n) =>
    n.tagName === "SLOT" && n.assignedNodes().length
      ? n.assignedNodes({ flatten: true })
      : (n.shadowRoot || n).childNodes;
  const near = (n, rule) => {
    for (; n && n.nodeType === 1; n = up(n)) if (is(n, rule)) return n;
    return null;
  };
  const shown = (el) => el.checkVisibility({ visibilityProperty: true });
  const walk = (n, take) => {
    for (const k of kids(n))
      if (k.nodeType === 1 && !is(k, "skip")) {
        take(k);
        walk(k, take);
      }
  };
  const all = (take) => {
    const out = [];
    walk(root, (k) => {
      if (take(k)) out.push(k);
    });
    return out;
  };
  const text = (el) => clean(el.getAttribute("label") || el.getAttribute("aria-label") || el.textContent);
  const mains = [...document.querySelectorAll(css.main)].filter(shown);
  const root = mains.length === 1 ? mains[0] : document.body;
  const expander = (el) => is(el, "expander") && shown(el) && !near(el, "expander_not") && !near(el, "disabled");
  const clock = globalThis[Symbol.for("rest")];
  const enabled = (el) => is(el, "pressable") && shown(el) && !near(el, "disabled");
  const below = (n, out = []) => {
    for (const k of kids(n))
      if (k.nodeType === 1) {
        out.push(k);
        below(k, out);
      }
    return out;
  }; // what the walk leaves out as well
  const leads_on = (el) => {
    const doors = below(el).filter((k) => is(k, "pressable"));
    return shown(el) && (!doors.length || doors.some((k) => enabled(k) && !k.matches("[aria-current]")));
  };
  const mores = () =>
    all(
      (el) =>
        is(el, "button") &&
        shown(el) &&
        !near(el, "disabled") &&
        more.some((rule) => new RegExp(rule, "i").test(text(el))),
    );
  const tabs = () => all((el) => is(el, "tab") && shown(el));
  const pickers = () => all((el) => is(el, "scope_choice") && shown(el) && !near(el, "row"));
  const pagers = () =>
    below(root).filter(
      (el) =>
        !near(el, "tour") && (is(el, "pager") ? leads_on(el) : enabled(el) && next.includes(text(el).toLowerCase())),
    );
  // Boxes that scroll, wherever they stand. The scrolling of a body is that of the page, but for one that is a box.
  const body_scrolls = getComputedStyle(document.documentElement).overflowY !== "visible";
  const scrolls_by = (el, axis) => /auto|scroll/.test(getComputedStyle(el)[axis]);
  const boxes = (is_longer, axis) => {
    const out = [document.scrollingElement];
    const take = (el) => {
      if (is_longer(el) && scrolls_by(el, axis) && shown(el)) out.push(el);
    };
    if (body_scrolls) take(document.body);
    walk(document.body, take);
    return out.filter((el) => el && is_longer(el));
  };
  const scrollers = () => boxes((el) => el.scrollHeight > el.clientHeight + 2, "overflowY");
  const sideways = () => boxes((el) => el.scrollWidth > el.clientWidth + 2, "overflowX");
  // Where a box begins: at its upper left, also where it is shown from its other end first.
  const origin_of = (el) => {
    const { direction, display, flexDirection } = getComputedStyle(el),
      flows = /flex/.test(display) ? flexDirection : "",
      is_leftward = (direction === "rtl") !== (flows === "row-reverse");
    return {
      top: flows === "column-reverse" ? el.clientHeight - el.scrollHeight : 0,
      left: is_leftward ? el.clientWidth - el.scrollWidth : 0,
    };
  };
  // How far a box is scrolled from there, where a person may scroll it.
  const is_page = (el) => el === document.scrollingElement;
  const gone_down = (el) => (is_page(el) || scrolls_by(el, "overflowY") ? el.scrollTop - origin_of(el).top : 0),
    gone_aside = (el) => (is_page(el) || scrolls_by(el, "overflowX") ? el.scrollLeft - origin_of(el).left : 0);
  const is_away = (el) => gone_down(el) > 1 || gone_aside(el) > 1;
  const away = () => [...new Set([...scrollers(), ...sideways()])].filter(is_away);
  // At once, whatever the style sheet says of the passage.
  const put = (el, top, left) => {
    el.scrollTo({ top, left, behavior: "instant" });
    el.scrollTop = top;
    el.scrollLeft = left;
  };
  // Tables that say they have more columns than they draw, and how wide each would have to be for all of them.
  const drawn_columns = (grid) => {
    const cells = below(grid).filter((el) => is(el, "cell")),
      numbers = new Set(cells.map((el) => el.getAttribute("aria-colindex")).filter(Boolean));
    return (
      numbers.size ||
      Math.max(
        0,
        ...below(grid)
          .filter((el) => is(el, "row"))
          .map((row) => below(row).filter((el) => is(el, "cell")).length),
      )
    );
  };
  const short_of_columns = () =>
    all((el) => is(el, "table") && shown(el) && +el.getAttribute("aria-colcount") > drawn_columns(el));
  const lists = globalThis[Symbol.for("lists")];
  const drawn_lists = () => below(document.body).filter((el) => is(el, "opened_list") && shown(el) && el !== target);
  const unlisted = (el) =>
    is(el, "opens_list") &&
    shown(el) &&
    !near(el, "disabled") &&
    !near(up(el), "choice") &&
    !lists.of(el) &&
    levels.includes(clean(el.textContent).toLowerCase()) &&
    ![
      el,
      ...(el.getAttribute("aria-controls") ? [el.getRootNode().getElementById(el.getAttribute("aria-controls"))] : []),
    ].some((box) => box && box.querySelector(css.choice_option));
  // The words of an option once, however often it has them: for the eye, and for those who cannot see.
  const said = (n) =>
    n.nodeType === 3 ? [clean(n.data)] : n.nodeType === 1 && !is(n, "skip") ? [...kids(n)].flatMap(said) : [];
  const words = (el) => {
    const all = [...new Set(said(el).filter(Boolean))];
    return all.length === 1 ? all[0] : text(el);
  };
  const listing = () =>
    drawn_lists()
      .filter((box) => !lists.before.has(box))
      .flatMap((box) => below(box))
      .filter((o) => is(o, "choice_option") && shown(o))
      .map((o) => ({ s: words(o), on: o.getAttribute("aria-selected") === "true" }));
  // Move a list, give what that sets off its frame, and wait only if it set something off.
  const moved = async (top, left = target.scrollLeft) => {
    const from = String(clock.seen().moment);
    put(target, top, left);
    await clock.drawn();
    const now = clock.seen(),
      changed = now.waits || String(now.moment) !== from;
    return { changed, ...(changed ? await clock.rest(quiet, limit) : now) };
  };
  switch (what) {
    case "quiet":
      return clock.rest(quiet, limit);
    case "other":
      return clock.other(moment, limit);
    case "wait":
      return clock.wait(least, limit);
    case "now":
      return clock.seen();
    case "survey":
      return {
        tabs: tabs().length,
        pickers: pickers().length,
        closed: all(expander).length,
        more: mores().length,
        pagers: pagers().length,
        lists: scrollers().length,
        narrow: short_of_columns().length,
        away: away().length,
      };
    case "expanders":
      return all(expander);
    case "knob": {
      // what opens a row of a tree: the first thing in it that can be pressed and says nothing; else the row itself
      const knobs = is(target, "row") ? below(target).filter((el) => enabled(el) && !clean(el.textContent)) : [];
      return [knobs[0] || target];
    }
    case "is_closed":
      return expander(target);
    case "more":
      return mores();
    case "unlisted":
      return all(unlisted);
    case "shown":
      lists.before = new Set(drawn_lists());
      return clean(target.textContent);
    case "listed":
      return listing();
    case "coming":
      // Until a list is there, is the same in two looks, and no request is open; or for so long.
      return (async () => {
        for (let before = null, end = performance.now() + limit; ; ) {
          await clock.drawn();
          const now = listing();
          if ((JSON.stringify(now) === before && !clock.asks() && now.length) || performance.now() > end) return now;
          before = JSON.stringify(now);
          await clock.wait(quiet, quiet);
        }
      })();
    case "keep":
      return lists.keep(target, listed);
    case "tabs":
      return tabs();
    case "pickers":
      return pickers();
    case "pagers":
      return pagers().length;
    case "names":
      return target.map((el) => ({
        name: text(el),
        selected: el.getAttribute("aria-selected") === "true" || el.hasAttribute("selected"),
      }));
    case "choices":
      return target.map((el) =>
        [...(el.options || el.querySelectorAll(css.choice_option))].map((o) => clean(o.label || o.textContent)),
      );
    case "scrollers":
      return scrollers();
    case "sideways":
      return sideways();
    case "widen":
      for (const grid of short_of_columns()) {
        const beyond = Math.max(0, ...[grid, ...below(grid)].map((el) => el.scrollWidth - el.clientWidth)),
          wide = Math.min(8000, grid.clientWidth + beyond + 100);
        for (let n = grid; beyond && n && n.nodeType === 1; n = up(n))
          if (n.clientWidth < wide) n.style.setProperty("min-width", `${wide}px`, "important");
      }
      return clock.drawn();
    case "aside":
      return (async () => {
        // On to the side until something is not as before, or to the end; and back from there.
        const from = String(clock.seen().moment);
        for (;;) {
          const before = target.scrollLeft;
          const on = Math.max(40, Math.floor(target.clientWidth * step));
          put(target, target.scrollTop, listed ? origin_of(target).left : before + on);
          await clock.drawn();
          const now = clock.seen(),
            changed = now.waits || String(now.moment) !== from;
          if (changed) await clock.rest(quiet, limit);
          const end = target.scrollLeft === before;
          if (listed || changed || end) return { changed, end };
        }
      })();
    case "away":
      return away();
    case "begin":
      return is_away(target)
        ? moved(target.scrollTop - gone_down(target), target.scrollLeft - gone_aside(target)).then((now) => ({
            ...now,
            back: !is_away(target),
            moves: now.changed || !is_page(target), // places in a page are the same however it is scrolled
          }))
        : null;
    case "step":
      return (async () => {
        // On to the next window that is not as before, or to the end.
        for (;;) {
          const before = target.scrollTop;
          const { changed, moment } = await moved(before + Math.max(40, Math.floor(target.clientHeight * step)));
          const end = target.scrollTop - origin_of(target).top + target.clientHeight >= target.scrollHeight - 2,
            stuck = !end && !changed && target.scrollTop === before;
          if (changed || end || stuck) return { changed, moment, end, stuck };
        }
      })();
  }
};
