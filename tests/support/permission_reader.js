// Reads whatever permission page is open, by what a person would see; returns rows by marketplace.
async () => {
  const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const LEVELS = {
    None: "None",
    无: "None",
    View: "View",
    "View only": "View",
    查看: "View",
    "View & Edit": "View & Edit",
    "View and edit": "View & Edit",
    Edit: "View & Edit",
    Modifica: "View & Edit",
    查看和编辑: "View & Edit",
    "Anzeigen und Bearbeiten": "View & Edit",
    表示と編集: "View & Edit",
    Admin: "Admin",
  };
  const CODES = {
    "United States": "US",
    Canada: "CA",
    Mexico: "MX",
    Germany: "DE",
    France: "FR",
    Japan: "JP",
    Global: "global",
  };

  const deep = (root, selector) => {
    const found = [...root.querySelectorAll(selector)];
    for (const node of root.querySelectorAll("*")) if (node.shadowRoot) found.push(...deep(node.shadowRoot, selector));
    return found;
  };
  const plain = (node) => node.textContent.trim();
  const hostOf = (node) => (node.getRootNode() instanceof ShadowRoot ? hostOf(node.getRootNode().host) : node);

  const headsOf = (row) => {
    const table = row.closest("table, [role=table]");
    const head = table && deep(table, "th[scope=col], [role=columnheader]");
    return head ? head.map(plain) : [];
  };

  const wordOf = (control, row) => {
    if (control.getAttribute("aria-label")) return control.getAttribute("aria-label");
    if (control.labels?.length && plain(control.labels[0])) return plain(control.labels[0]);
    if (control.getAttribute("role") === "radio" && plain(control)) return plain(control);
    let cell = hostOf(control);
    while (cell.parentElement !== row) cell = cell.parentElement;
    return headsOf(row)[[...row.children].indexOf(cell)];
  };

  const choicesOf = (row) => {
    const options = deep(row, "option:not([hidden]), kat-option");
    if (options.length) {
      return options.map((o) => [
        plain(o),
        o.localName === "option" ? o.selected : o.getAttribute("aria-selected") === "true",
        false,
      ]);
    }
    return deep(row, "input[type=radio], [role=radio]").map((c) => [
      wordOf(c, row),
      c.localName === "input" ? c.checked : c.getAttribute("aria-checked") === "true",
    ]);
  };

  const isLive = (row) =>
    deep(row, "input[type=radio], select").some((c) => !c.disabled) ||
    deep(row, "[role=radio], .select-header").some((c) => c.getAttribute("aria-disabled") !== "true");

  const readRow = (row, title) => {
    const choices = choicesOf(row);
    const on = choices.filter((c) => c[1]);
    return {
      section: title,
      permission: plain(row.querySelector("b")).replace(/:$/, ""),
      offered: choices.map((c) => LEVELS[c[0]] ?? `?${c[0]}`),
      level: on.length === 1 ? (LEVELS[on[0][0]] ?? `?${on[0][0]}`) : null,
      live: isLive(row),
    };
  };

  const titleOf = (list) => {
    for (let box = list; box; box = box.parentElement) {
      const inside = box.matches("table, [role=table]") && box.querySelector("strong");
      const before = box.parentElement?.querySelector(":scope > h3, :scope > div > strong");
      const mark = inside || before;
      if (mark)
        return [...(mark.querySelector("button") ?? mark).childNodes]
          .filter((n) => n.nodeType === 3)
          .map((n) => n.data)
          .join("")
          .trim();
    }
    return "";
  };

  const readList = async (list) => {
    const found = new Map();
    const scroller = list.closest(".scroller");
    const total = scroller ? scroller.scrollHeight : document.documentElement.scrollHeight;
    const look = () => {
      const top = list.getBoundingClientRect().top;
      for (const row of list.children) {
        if (!row.querySelector("b")) continue;
        const at = Math.round(row.getBoundingClientRect().top - top);
        found.set(at, readRow(row, titleOf(list)));
      }
    };
    const step = scroller ? 180 : 450;
    for (let to = 0; to <= 40000; to += step) {
      if (scroller) {
        scroller.scrollTop = to;
      } else {
        window.scrollTo(0, list.getBoundingClientRect().top + window.scrollY - 200 + to);
      }
      await frame();
      look();
      const end = list.getBoundingClientRect().bottom;
      if (
        scroller
          ? scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - 1 && to > scroller.scrollTop
          : end < 300 ||
            (window.scrollY + window.innerHeight >= document.documentElement.scrollHeight - 1 && to > list.offsetHeight)
      )
        break;
    }
    return [...found].sort((a, b) => a[0] - b[0]).map((entry) => entry[1]);
  };

  const readAll = async (scope) => {
    for (const button of document.querySelectorAll("h3 button[aria-expanded=false]")) button.click();
    await frame();
    const rows = [];
    for (const list of document.querySelectorAll("[data-rows]")) {
      if (list.closest("[style*='display:none']")) continue;
      rows.push(...(await readList(list)).map((row) => ({ scope, ...row })));
    }
    return rows;
  };

  const tabs = document.querySelectorAll("[aria-label=Marketplace] [role=tab]");
  const select = document.querySelector("select[aria-label=Marketplace]");
  const names = tabs.length
    ? [...tabs].map((t) => plain(t.shadowRoot ?? t))
    : select
      ? [...select.options].map((o) => o.textContent)
      : [];
  const waitFor = async (name) => {
    for (let turn = 0; turn < 400; turn++) {
      const now = tabs.length
        ? [...document.querySelectorAll("[aria-label=Marketplace] [aria-selected=true]")].map((t) =>
            plain(t.shadowRoot ?? t),
          )[0]
        : document.querySelector("select[aria-label=Marketplace]").selectedOptions[0].textContent;
      if (now === name) return frame();
      await frame();
    }
    throw new Error(`the marketplace ${name} never came`);
  };
  const rows = [];
  if (!names.length)
    rows.push(
      ...(await readAll(
        location.pathname.includes("/account/") &&
          document.title &&
          document.querySelector("h1")?.textContent === "Global User Permissions"
          ? "global"
          : "regional",
      )),
    );
  for (const [index, name] of names.entries()) {
    const before = document.querySelector("[data-sections]");
    if (index) {
      if (select) {
        const box = document.querySelector("select[aria-label=Marketplace]");
        box.selectedIndex = index;
        box.dispatchEvent(new Event("change", { bubbles: true }));
      } else {
        document.querySelectorAll("[aria-label=Marketplace] [role=tab]")[index].click();
      }
      for (let turn = 0; turn < 400 && document.querySelector("[data-sections]") === before; turn++) await frame();
    }
    await waitFor(name);
    rows.push(...(await readAll(CODES[name] ?? name)));
  }
  const savers = deep(
    document,
    "[data-save], input[type=submit][value=Continue], input[type=submit][value='Save Changes']",
  );
  return { rows, text: document.body.innerText, savers: savers.length, lang: document.documentElement.lang };
};
