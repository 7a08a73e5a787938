// Katal's elements, as far as public notes describe them: open shadow roots, words in attributes, ids that are not
// stable.
(() => {
  let ids = 0;
  const esc = (s) =>
    (s || "").replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
  const define = (name, draw, ready = () => {}) =>
    customElements.define(
      name,
      class extends HTMLElement {
        connectedCallback() {
          if (this.shadowRoot) return;
          this.attachShadow({ mode: "open" }).innerHTML = draw(this, `katal-id-${ids++}`);
          ready(this, this.shadowRoot);
        }
      },
    );
  const attr = (el, name) => esc(el.getAttribute(name));
  define(
    "kat-button",
    (el) =>
      `<style>button{cursor:pointer}</style><button type="button" class="kat-button"><slot>${attr(el, "label")}</slot></button>`,
  );
  define("kat-link", (el) => `<a href="${attr(el, "href")}"><slot>${attr(el, "label")}</slot></a>`);
  define("kat-icon", () => '<i class="kat-icon" aria-hidden="true"></i>');
  define("kat-box", () => "<style>:host{display:block;padding:4px}</style><slot></slot>");
  define("kat-label", (el) => `<label><slot>${attr(el, "text")}</slot></label>`);
  define("kat-input", (el, id) => `<input id="${id}" type="text" placeholder="${attr(el, "placeholder")}">`);
  define(
    "kat-alert",
    (el) => `<div role="alert"><strong>${attr(el, "header")}</strong> <span>${attr(el, "description")}</span></div>`,
  );
  define(
    "kat-table",
    () => "<style>:host{display:table}</style><slot></slot>",
    (el) => el.setAttribute("role", "table"),
  );
  define(
    "kat-table-head",
    () => "<style>:host{display:table-header-group;font-weight:700}</style><slot></slot>",
    (el) => el.setAttribute("role", "rowgroup"),
  );
  define(
    "kat-table-body",
    () => "<style>:host{display:table-row-group}</style><slot></slot>",
    (el) => el.setAttribute("role", "rowgroup"),
  );
  define(
    "kat-table-row",
    () => "<style>:host{display:table-row}</style><slot></slot>",
    (el) => el.setAttribute("role", "row"),
  );
  define(
    "kat-table-cell",
    () => "<style>:host{display:table-cell;padding:2px 8px}</style><slot></slot>",
    (el) => el.setAttribute("role", el.closest("kat-table-head") ? "columnheader" : "cell"),
  );
  define(
    "kat-radiobutton-group",
    () => "<slot></slot>",
    (el) => el.setAttribute("role", "radiogroup"),
  );
  define("kat-radiobutton", (el, id) =>
    el.querySelector("[slot=radio]")
      ? `<slot name="radio"></slot><label><slot>${attr(el, "label")}</slot></label>`
      : `<input type="radio" id="${id}" name="${attr(el, "name")}" value="${attr(el, "value")}"${el.hasAttribute("checked") ? " checked" : ""}><label for="${id}">${attr(el, "label")}</label>`,
  );
  define(
    "kat-toggle",
    (el) =>
      `<button type="button" role="switch" aria-checked="${el.hasAttribute("checked")}" aria-label="${attr(el, "label")}"></button><span>${attr(el, "label")}</span>`,
  );
  define(
    "kat-dropdown",
    (el, id) =>
      `<style>.select-options{display:none}.select-options.open{display:block}.select-header{cursor:pointer;border:1px solid}</style>` +
      `<div class="kat-select-container"><div class="select-header" part="header" role="combobox" tabindex="0" aria-expanded="false" aria-haspopup="listbox" aria-controls="${id}" aria-label="${attr(el, "label")}"><span class="header-row-text"></span><kat-icon name="chevron-down"></kat-icon></div>` +
      `<div class="select-options" role="listbox" id="${id}"><slot></slot></div></div>`,
    (el, root) => {
      const options = [...el.querySelectorAll("kat-option")];
      const chosen = options.find((o) => o.getAttribute("value") === el.getAttribute("value"));
      root.querySelector(".header-row-text").textContent = chosen
        ? chosen.textContent
        : el.getAttribute("placeholder") || "";
      for (const o of options) {
        o.setAttribute("role", "option");
        o.setAttribute("aria-selected", String(o === chosen));
      }
      const head = root.querySelector(".select-header"),
        list = root.querySelector(".select-options");
      const open = (on) => {
        list.classList.toggle("open", on);
        head.setAttribute("aria-expanded", String(on));
      };
      head.addEventListener("click", () => open(!list.classList.contains("open")));
      head.addEventListener("keydown", (e) => e.key === "Escape" && open(false));
    },
  );
  define(
    "kat-expander",
    (el, id) =>
      `<style>.body{display:none}.body.open{display:block}</style><button type="button" class="header" aria-expanded="false" aria-controls="${id}"><kat-icon name="chevron-right"></kat-icon><span>${attr(el, "label")}</span></button><div class="body" id="${id}"><slot></slot></div>`,
    (el, root) => {
      const head = root.querySelector(".header"),
        body = root.querySelector(".body");
      head.addEventListener("click", () => head.setAttribute("aria-expanded", String(body.classList.toggle("open"))));
    },
  );
  define(
    "kat-tab",
    (el) => "<style>:host{display:none}:host([selected]){display:block}</style><slot></slot>",
    (el) => el.setAttribute("role", "tabpanel"),
  );
  define(
    "kat-tabs",
    (el) =>
      `<div role="tablist">${[...el.children].map((tab) => `<button type="button" role="tab" aria-selected="${tab.hasAttribute("selected")}">${attr(tab, "label")}</button>`).join("")}</div><slot></slot>`,
    (el, root) =>
      [...root.querySelectorAll("[role=tab]")].forEach((button, at, all) =>
        button.addEventListener("click", () => {
          [...el.children].forEach((tab, i) => tab.toggleAttribute("selected", i === at));
          all.forEach((other, i) => other.setAttribute("aria-selected", String(i === at)));
        }),
      ),
  );
  define(
    "kat-modal",
    (el) =>
      `<style>.shell{display:none}:host([visible]) .shell{display:block}</style><div class="shell" role="dialog" aria-label="${attr(el, "title")}"><slot name="title"></slot><slot></slot><slot name="footer"></slot></div>`,
  );
})();
