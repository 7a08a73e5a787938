// Lets the accessibility tree have inputs that are not displayed while their labels are, by style sheets of its own: no
// element changes, and nothing that is drawn. `on` false takes them away again.
({ on }) => {
  const mine = (globalThis[Symbol.for("exposed")] ??= []),
    kids = (n) =>
      [...(n.shadowRoot || n).children]
        .flatMap((k) => [k, ...kids(k)])
        .concat(n.shadowRoot ? [...n.children].flatMap((k) => [k, ...kids(k)]) : []);
  for (const { root, sheet } of mine.splice(0))
    root.adoptedStyleSheets = root.adoptedStyleSheets.filter((one) => one !== sheet);
  if (!on) return;
  const shown = (el) => el.checkVisibility({ visibilityProperty: true });
  const path = (el) => {
    const steps = [];
    for (let n = el; n && n.nodeType === 1 && n !== document.documentElement; n = n.parentNode)
      steps.unshift(`${CSS.escape(n.localName)}:nth-child(${[...n.parentNode.children].indexOf(n) + 1})`);
    return steps.join(" > ");
  };
  const HIDDEN = "opacity: 0 !important; visibility: visible !important",
    rules = new Map();
  for (const el of kids(document.body).filter(
    (el) => el.matches("input[type=radio], input[type=checkbox]") && !shown(el) && [...el.labels].some(shown),
  )) {
    const root = el.getRootNode(),
      gone =
        getComputedStyle(el).display === "none"
          ? "; display: inline-block !important; position: absolute !important"
          : "";
    rules.set(
      root,
      `${rules.get(root) || ""}${root === document ? ":root" : ":host"} > ${path(el)} { ${HIDDEN}${gone} }\n`,
    );
  }
  for (const [root, text] of rules) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    mine.push({ root, sheet });
  }
};
