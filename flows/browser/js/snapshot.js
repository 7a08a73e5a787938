// The page as text, for keeping: what was typed, hidden values, scripts and tokens in addresses left out; open shadow roots written out.
() => {
  const escape = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;");
  const VOID = new Set(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]);
  const ADDRESS = new Set(["href", "src", "action", "formaction", "data-href", "content"]);
  const KEPT = /^(appAction|subPageType|claimCollectionWorkflow|unifiedAuthTreatment|option|otpDeviceContext)$/;
  const bare = (value) => value.replace(/([?&#;][\w.%-]{1,60}=)[^&#;\s"']*/g, "$1…");
  const attribute = (element, { name, value }) => {
    if (name === "value" && element.matches("input, textarea, button") && !["submit", "button", "radio", "checkbox"].includes(element.type) && !KEPT.test(element.name)) return `value="…"`;
    if (element.localName === "meta" && name === "content" && /token|csrf/i.test(element.getAttribute("name") || "")) return `content="…"`;
    if (name.startsWith("on") || name === "nonce" || name === "integrity") return "";
    return `${name}="${escape(ADDRESS.has(name) ? bare(value) : value)}"`;
  };
  const write = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return escape(node.data);
    if (node.nodeType !== Node.ELEMENT_NODE) return "";
    const name = node.localName;
    const open = [name, ...[...node.attributes].map((a) => attribute(node, a)).filter(Boolean)].join(" ");
    if (VOID.has(name)) return `<${open}>`;
    if (name === "script") return `<${open}>/* ${node.textContent.length} characters */</script>`;
    if (name === "textarea") return `<${open}>…</textarea>`;
    const shadow = node.shadowRoot ? `<template shadowrootmode="open">${[...node.shadowRoot.childNodes].map(write).join("")}</template>` : "";
    const children = name === "template" ? node.content.childNodes : node.childNodes;
    return `<${open}>${shadow}${[...children].map(write).join("")}</${name}>`;
  };
  return "<!DOCTYPE html>\n" + (document.documentElement ? write(document.documentElement) : "");
}
