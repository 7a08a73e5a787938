// Note what a page shows for a moment only: fields for secrets that had a value, and every text that came or went.
// Runs in a world of its own before the page's scripts; `sc_taken` tells, and forgets.
(() => {
  const SECRET =
    "input[type=password], input[autocomplete*=one-time-code], input[autocomplete*=current-password], " +
    "input[autocomplete*=new-password]";
  const SILENT = ["class", "id", "href", "src", "srcset", "for", "role", "tabindex"]; // nothing draws these as text
  const MOST = 500_000; // characters between two looks; more count as a secret
  const forSecrets = new WeakSet(); // also a field that is shown in clear later
  const values = new WeakMap();
  const watched = new WeakSet();
  let texts = [];
  let size = 0;
  let filled = false; // a field for secrets had a value in this document
  let isDark = false; // one did since the last look
  let drew = false; // a canvas came, went or stood there since the last look
  const sizes = new WeakMap(); // of style sheets, in rules

  const note = (text) => {
    if (!text) return;
    size += text.length;
    if (size <= MOST) texts.push(text);
  };
  const lookAt = (field) => {
    if (field.matches(SECRET)) forSecrets.add(field);
    const value = field.value;
    if (forSecrets.has(field)) {
      if (value) filled = isDark = true;
    } else if (values.get(field) !== value) {
      values.set(field, value);
      note(value);
    }
  };
  const roots = [];
  // Rules come and go without a change of the document, and one may draw a text.
  const lookAtSheets = (root) => {
    for (const sheet of [...root.styleSheets, ...root.adoptedStyleSheets]) {
      let rules = [];
      try {
        rules = sheet.cssRules;
      } catch {} // another site's, which knows no secret of this one
      if (sizes.get(sheet) === rules.length) continue;
      sizes.set(sheet, rules.length);
      for (const rule of rules) if (/content|--/.test(rule.cssText)) note(rule.cssText);
    }
  };
  const look = () => {
    for (const root of roots) {
      for (const field of root.querySelectorAll("input, textarea")) lookAt(field);
      lookAtSheets(root);
      if (root.querySelector("canvas")) drew = true;
    }
  };
  const noteAttribute = (name, value) => {
    if (SILENT.includes(name) || (name === "style" && !/["']|--/.test(value || ""))) return;
    note(value);
  };
  const changed = (records) => {
    for (const record of records) {
      if (record.type === "characterData") {
        note(record.oldValue);
        note(record.target.data);
      }
      if (record.type === "attributes") {
        noteAttribute(record.attributeName, record.oldValue);
        noteAttribute(record.attributeName, record.target.getAttribute(record.attributeName));
        const before = (record.oldValue || "").toLowerCase();
        if (before === "password" || /one-time-code|current-password|new-password/.test(before))
          forSecrets.add(record.target);
      }
      for (const node of [...record.addedNodes, ...record.removedNodes]) {
        note(node.textContent);
        if (!node.querySelectorAll) continue;
        for (const field of node.querySelectorAll("input, textarea")) lookAt(field);
        if (node.matches("canvas") || node.querySelector("canvas")) drew = true;
      }
    }
    look();
  };
  const observer = new MutationObserver(changed);
  const watch = (root) => {
    if (watched.has(root)) return;
    watched.add(root);
    roots.push(root);
    observer.observe(root, {
      subtree: true,
      childList: true,
      characterData: true,
      characterDataOldValue: true,
      attributes: true,
      attributeOldValue: true,
    });
    if (root !== document) note(root.textContent);
  };
  const watchShadows = () => {
    for (let i = 0; i < roots.length; i++)
      for (const one of roots[i].querySelectorAll("*"))
        if (one.shadowRoot && !watched.has(one.shadowRoot)) {
          watch(one.shadowRoot);
          isDark = true; // what it showed until now is not known
        }
  };
  // What a script sets without changing the document is seen in the frame that would draw it, before and after.
  const drawn = new MessageChannel();
  drawn.port1.onmessage = look;
  const frame = () => {
    look();
    drawn.port2.postMessage(0);
    requestAnimationFrame(frame);
  };
  watch(document);
  watchShadows();
  isDark = false;
  look();
  requestAnimationFrame(frame);

  globalThis.sc_watch = watch;
  globalThis.sc_drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  globalThis.sc_taken = () => {
    changed(observer.takeRecords());
    watchShadows();
    look();
    const told = { dark: isDark || size > MOST || (filled && drew), filled, texts };
    texts = [];
    size = 0;
    isDark = false;
    drew = false;
    return told;
  };
})();
