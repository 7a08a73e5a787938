// The page as text, for keeping: attributes by allowance, what was typed, hidden values, scripts and tokens left out;
// open shadow roots written out.
() => {
  const escape = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;");
  const VOID = new Set([
    "area",
    "base",
    "br",
    "col",
    "embed",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "source",
    "track",
    "wbr",
  ]);
  const SILENT = new Set(["script", "noscript", "object", "iframe", "frame", "template", "audio", "video"]);
  const NAMES = new Set(
    (
      "id class name type role for lang dir hidden disabled checked selected readonly required open inert " +
      "multiple method autocomplete inputmode maxlength " +
      "colspan rowspan scope part slot variant label header description placeholder title alt tabindex " +
      "shadowrootmode data-name data-test data-testid data-test-id data-test-tag " +
      "data-metric-name data-action data-a-input-name charset http-equiv"
    ).split(" "),
  );
  const ADDRESS = new Set(["href", "src", "action", "formaction"]);
  const KEPT = /^(appAction|subPageType|claimCollectionWorkflow|unifiedAuthTreatment|option)$/;
  const WORD = /^[A-Za-z][a-z]{0,15}([ _-][A-Za-z][a-z]{0,15}){0,3}$|^\d{1,2}$/;
  const WORKFLOW = /^[A-Za-z]{1,20}([_ -][A-Za-z]{1,20}){0,5}$/;
  const LABELS = ["submit", "button", "reset"];
  const drawn = (piece) => piece.length > 24 || (piece.length > 11 && /\d/.test(piece) && /[A-Za-z]/.test(piece));
  const bare = (value) => {
    if (/^\s*(data|javascript|blob|vbscript):/i.test(value)) return "…";
    const [address, ...rest] = value.split(/(?=[?#;])/);
    const told = rest
      .join("")
      .replace(/([?&#;][\w.%-]{1,60}=)[^&#;\s"']*/g, "$1…")
      .replace(/#[^?&=]*$/, "");
    return (
      address
        .split("/")
        .map((piece) =>
          drawn(piece) && !/\.(com|[a-z]{2})(:\d+)?$/.test(piece) && !/\.(js|css|png|jpg|gif|svg|html?)$/.test(piece)
            ? "…"
            : piece,
        )
        .join("/") + told
    );
  };
  const style = (value) =>
    value
      .replace(/url\([^)]*\)?/gi, "url()")
      .replace(/--[\w-]+\s*:[^;]*/g, "")
      .replace(/content\s*:[^;]*/gi, "");
  const value = (element, text) => {
    if (LABELS.includes(element.type) && element.matches("input")) return escape(text);
    if (element.matches("input[type=radio], input[type=checkbox], option, li, kat-radio, kat-checkbox, kat-option")) {
      const channel = /\b(TOTP|SMS|VOICE|WhatsApp)$/i.exec(text);
      return channel ? `…, ${channel[1]}` : WORD.test(text) ? text : "…";
    }
    return element.matches("input") && KEPT.test(element.name) && WORKFLOW.test(text) ? text : "…";
  };
  const attribute = (element, { name, value: text }) => {
    if (name === "value") return `value="${value(element, text)}"`;
    if (name === "style") return `style="${escape(style(text))}"`;
    if (ADDRESS.has(name)) return `${name}="${escape(bare(text))}"`;
    return NAMES.has(name) || name.startsWith("aria-") ? `${name}="${escape(text)}"` : "";
  };
  const write = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return escape(node.data);
    if (node.nodeType !== Node.ELEMENT_NODE) return "";
    const name = node.localName;
    const open = [name, ...[...node.attributes].map((a) => attribute(node, a)).filter(Boolean)].join(" ");
    if (VOID.has(name)) return `<${open}>`;
    if (name === "script") return `<${open}>/* ${node.textContent.length} characters */</script>`;
    if (name === "style") return `<${open}>${style(node.textContent).replaceAll("<", "")}</style>`;
    if (SILENT.has(name)) return `<${open}></${name}>`;
    if (name === "textarea" || node.isContentEditable) return `<${open}>…</${name}>`;
    const shadow = node.shadowRoot
      ? `<template shadowrootmode="open">${[...node.shadowRoot.childNodes].map(write).join("")}</template>`
      : "";
    return `<${open}>${shadow}${[...node.childNodes].map(write).join("")}</${name}>`;
  };
  return "<!DOCTYPE html>\n" + (document.documentElement ? write(document.documentElement) : "");
};
