// Finds what has to be handled before a grid is whole: closed sections, "show more", tabs, pickers, lists to scroll. Presses nothing itself.
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
  const scrollers = () =>
    [
      document.scrollingElement,
      ...all(
        (el) =>
          el.scrollHeight > el.clientHeight + 2 && /auto|scroll/.test(getComputedStyle(el).overflowY) && shown(el),
      ),
    ].filter((el) => el.scrollHeight > el.clientHeight + 2);
  const sideways = () =>
    all((el) => el.scrollWidth > el.clientWidth + 2 && /auto|scroll/.test(getComputedStyle(el).overflowX) && shown(el));
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
  // Move a list, give what that sets off its frame, and wait only if it set something off.
  const moved = async (to) => {
    const from = String(clock.seen().moment);
    target.scrollTop = to;
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
      };
    case "expanders":
      return all(expander);
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
      return drawn_lists()
        .filter((box) => !lists.before.has(box))
        .flatMap((box) => below(box))
        .filter((o) => is(o, "choice_option") && shown(o))
        .map((o) => ({ s: text(o), on: o.getAttribute("aria-selected") === "true" }));
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
    case "aside":
      return (async () => {
        // On to the side until something is not as before, or to the end; and back from there.
        const from = String(clock.seen().moment);
        for (;;) {
          const before = target.scrollLeft;
          target.scrollLeft = listed ? 0 : before + Math.max(40, Math.floor(target.clientWidth * step));
          await clock.drawn();
          const now = clock.seen(),
            changed = now.waits || String(now.moment) !== from;
          if (changed) await clock.rest(quiet, limit);
          const end = target.scrollLeft === before;
          if (listed || changed || end) return { changed, end };
        }
      })();
    case "top":
      return target.scrollTop === 0 ? null : moved(0);
    case "step":
      return (async () => {
        // On to the next window that is not as before, or to the end.
        for (;;) {
          const before = target.scrollTop;
          const { changed, moment } = await moved(before + Math.max(40, Math.floor(target.clientHeight * step)));
          const end = target.scrollTop + target.clientHeight >= target.scrollHeight - 2,
            stuck = !end && !changed && target.scrollTop === before;
          if (changed || end || stuck) return { changed, moment, end, stuck };
        }
      })();
  }
};
