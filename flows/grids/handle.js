// Finds what has to be handled before a grid is whole: closed sections, "show more", tabs, pickers, lists to scroll. Presses nothing itself.
({ css, what, more, target, quiet, limit, step }) => {
  const clean = (s) => (s || "").replace(/[\s\u00a0]+/g, " ").trim();
  const is = (el, rule) => el.nodeType === 1 && el.matches(css[rule]);
  const up = (n) => n.assignedSlot || (n.parentNode instanceof ShadowRoot ? n.parentNode.host : n.parentNode);
  const kids = (n) => (n.tagName === "SLOT" && n.assignedNodes().length ? n.assignedNodes({ flatten: true }) : (n.shadowRoot || n).childNodes);
  const near = (n, rule) => { for (; n && n.nodeType === 1; n = up(n)) if (is(n, rule)) return n; return null; };
  const shown = (el) => el.checkVisibility({ visibilityProperty: true });
  const walk = (n, take) => { for (const k of kids(n)) if (k.nodeType === 1 && !is(k, "skip")) { take(k); walk(k, take); } };
  const all = (take) => { const out = []; walk(root, (k) => { if (take(k)) out.push(k); }); return out; };
  const text = (el) => clean(el.getAttribute("label") || el.getAttribute("aria-label") || el.textContent);
  const mains = [...document.querySelectorAll(css.main)].filter(shown);
  const root = mains.length === 1 ? mains[0] : document.body;
  const expander = (el) => is(el, "expander") && shown(el) && !near(el, "expander_not") && !near(el, "disabled");
  const still = (wait, most) => new Promise((done) => {
    let changed = false, last = performance.now(), began = last;
    const observer = new MutationObserver(() => { changed = true; last = performance.now(); });
    observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    const look = () => {
      const now = performance.now();
      if (now - last >= wait || now - began >= most) { observer.disconnect(); done(changed); } else setTimeout(look, 25);
    };
    look();
  });
  switch (what) {
    case "quiet": return still(quiet, limit);
    case "expanders": return all(expander);
    case "more": return all((el) => is(el, "button") && shown(el) && !near(el, "disabled") && more.includes(text(el).toLowerCase()));
    case "tabs": return all((el) => is(el, "tab") && shown(el));
    case "pickers": return all((el) => is(el, "scope_choice") && shown(el) && !near(el, "row"));
    case "pagers": return all((el) => is(el, "pager") && shown(el)).length;
    case "names": return target.map((el) => ({ name: text(el), selected: el.getAttribute("aria-selected") === "true" || el.hasAttribute("selected") }));
    case "choices": return target.map((el) => [...(el.options || el.querySelectorAll(css.choice_option))].map((o) => clean(o.label || o.textContent)));
    case "scrollers": return [document.scrollingElement, ...all((el) => /auto|scroll/.test(getComputedStyle(el).overflowY) && el.scrollHeight > el.clientHeight + 2 && shown(el))]
      .filter((el, i) => !i || el.scrollHeight > el.clientHeight + 2);
    case "top":
      if (target.scrollTop === 0) return false;
      target.scrollTop = 0; if (target === document.scrollingElement) scrollTo(0, 0);
      return still(quiet, limit);
    case "step": {
      const before = target.scrollTop;
      target.scrollTop = before + Math.max(40, Math.floor(target.clientHeight * step));
      const end = target.scrollTop + target.clientHeight >= target.scrollHeight - 2 || target.scrollTop === before;
      return still(quiet, limit).then((changed) => ({ changed, end: end && target.scrollTop + target.clientHeight >= target.scrollHeight - 2 }));
    }
  }
}
