// What a page says of itself that a draft may rest on, and everything on it that a draft must not touch.
({ candidates, mark }) => {
  const searched = roots();
  const bare = (text) => squeeze(text).replace(/[\s.!:…>»›]+$/, "");
  const ASIDE =
    "footer, nav, header, [role=contentinfo], [role=navigation], [role=banner], [id*=footer i], [class*=footer i]";
  const isAside = (element) => {
    for (let node = element; node; node = node.getRootNode().host) if (node.closest(ASIDE)) return true;
    return false;
  };
  const visible = (css) => queryAll(searched, css).filter(isVisible);
  const controls = visible(`${CONTROL}, [role=menuitem], [role=tab], summary`);
  const found = (() => {
    for (const one of candidates) {
      let seen = [];
      try {
        seen = one.css
          ? queryAll(searched, one.css).filter(isVisible)
          : controls.filter((e) => bare(nameOf(e)) === bare(one.name));
      } catch {
        seen = [];
      }
      seen = seen.filter((e) => !seen.some((other) => holds(e, other)));
      if (seen.length === 1) return seen[0];
    }
    return null;
  })();
  const path = (address) => {
    try {
      const to = new URL(address, document.baseURI);
      return { host: to.protocol === "https:" ? to.hostname : to.protocol, path: to.pathname };
    } catch {
      return { host: "", path: "" };
    }
  };
  const link = found?.closest("a[href]");
  const form = found ? found.form || found.closest("form") : null;
  const lines = [];
  const read = (node) => {
    if (
      node.nodeType !== Node.ELEMENT_NODE ||
      !isRendered(node) ||
      node.matches(ASIDE) ||
      node.matches("script, style, noscript")
    )
      return;
    const blocks = [...node.children].filter((child) => !/^inline/.test(getComputedStyle(child).display));
    if (node.shadowRoot) for (const child of node.shadowRoot.children) read(child);
    if (blocks.length === 0) lines.push(...spoken(node).split("\n"));
    else {
      for (const child of node.childNodes) {
        if (child.nodeType === Node.TEXT_NODE) lines.push(...child.data.split("\n"));
        else read(child);
      }
    }
  };
  if (document.body) read(document.body);
  const names = new Set(controls.map((e) => bare(nameOf(e))));
  if (found && mark) found.style.cssText += ";outline:4px solid #c40000!important;outline-offset:3px!important";
  return {
    title: document.title,
    lines: lines.map((line) => line.replace(/\s+/g, " ").trim()).filter((line) => line && !names.has(bare(line))),
    text: squeeze(lines.join(" \n ")),
    headings: visible("h1, h2, h3, [role=heading]")
      .filter((e) => !isAside(e))
      .map((e) => squeeze(spoken(e))),
    controls: controls
      .filter((e) => !isAside(e))
      .map((e) => bare(nameOf(e)))
      .filter(Boolean),
    links: visible("a[href], kat-link")
      .filter((e) => !isAside(e))
      .map((e) => ({ name: bare(nameOf(e)), ...path(e.getAttribute("href")) })),
    fields: visible(FIELD).map((e) => (e.localName === "input" ? e.type : e.localName)),
    frames: visible("iframe, frame, embed, object").length,
    pressed: found && {
      name: bare(nameOf(found)),
      tag: found.localName,
      role: found.getAttribute("role") || "",
      type: found.getAttribute("type") || "",
      is_link: !!link && !found.matches("button, input"),
      in_control: found.matches(CONTROL),
      target: link
        ? path(link.getAttribute("href"))
        : form
          ? path(found.getAttribute("formaction") || form.getAttribute("action") || "")
          : null,
      method: link ? "GET" : form ? (form.getAttribute("method") || "get").toUpperCase() : "",
      fields: form ? [...form.elements].filter((e) => e.matches(FIELD) && isVisible(e)).length : 0,
    },
  };
};
