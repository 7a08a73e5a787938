// Spoils one thing on a drawn permission page; `act` is a function of the tools below. Returns false where there is
// nothing to spoil.
(act) => {
  const every = (css) => [...document.body.querySelectorAll(css)];
  const RADIO = "input[type=radio], [role=radio]",
    is_on = (r) => r.checked || r.getAttribute("aria-checked") === "true";
  const texts = () => {
    const out = [],
      w = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (w.nextNode()) out.push(w.currentNode);
    return out;
  };
  const a = {
    texts: (s) => texts().filter((t) => t.data.trim() === s && !t.parentElement.closest("script")),
    market: (i) =>
      a.text(
        [
          ["United States", "Canada"],
          ["US", "CA"],
        ][+!a.text("Canada")][i],
      ),
    drop: (s) => {
      a.text(s).parentElement.closest("tr, .r, [role=row]").remove();
      return true;
    },
    text: (s) => a.texts(s)[0],
    say: (t, s) => {
      if (t) t.data = s;
      return Boolean(t);
    },
    swap: (t, u) => {
      if (!t || !u) return false;
      const s = t.data;
      t.data = u.data;
      u.data = s;
      return true;
    },
    names: (s, to) => {
      const hit = every("[aria-label]").find((e) => e.getAttribute("aria-label").includes(s));
      if (!hit) return false;
      hit.setAttribute("aria-label", hit.getAttribute("aria-label").replace(s, to));
      return true;
    },
    held: () => every(RADIO).filter(is_on),
    free: () => every(RADIO).filter((r) => !is_on(r)),
    set: (r, on) => {
      if (!r) return false;
      r.removeAttribute("name");
      if (r.tagName === "INPUT") r.checked = on;
      else r.setAttribute("aria-checked", String(on));
      return true;
    },
    style: (css) => {
      document.head.insertAdjacentHTML("beforeend", `<style>${css}</style>`);
      return true;
    },
    look: (r, like) => {
      // draw one as the other
      const part = (x) => x.labels[0].querySelector("i") || x.labels[0],
        as = getComputedStyle(part(like));
      for (const name of ["background-color", "color", "font-weight"])
        part(r).style.setProperty(name, as.getPropertyValue(name));
      return true;
    },
    openers: () => every("[aria-haspopup=listbox]"),
    offer: (label, make) => {
      // another level than the one that is held: another word for it, or none
      const held = a.openers().find((el) => el.dataset.row === label).textContent,
        at = offers[label].findIndex((level) => level !== held),
        word = make(offers[label][at]);
      offers[label].splice(at, 1, ...(word ? [word] : []));
      return true;
    },
    change_when_pressed: () => {
      const el = a.openers()[0];
      el.addEventListener("click", () => {
        el.textContent = el.textContent === "None" ? "Edit" : "None";
      });
      return true;
    },
    choose_the_others: () => {
      const set = Element.prototype.setAttribute;
      Element.prototype.setAttribute = function (name, value) {
        set.call(this, name, name === "aria-selected" ? String(value === "false") : value);
      };
      return true;
    },
    trade: () => {
      const row = every("tr, .r, [role=row]").find((r) => r.querySelector("input, [role=radio], select"));
      if (!row) return false;
      const last = row.lastElementChild,
        first = row.children[1];
      if (!first || first === last || first.innerHTML === last.innerHTML) return false;
      const put = first.innerHTML;
      first.innerHTML = last.innerHTML;
      last.innerHTML = put;
      return true;
    },
  };
  // biome-ignore lint/security/noGlobalEval: the test gives the act as text
  return Boolean(eval(act)(a));
};
