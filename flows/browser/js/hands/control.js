// Describe a control: role, name, and the ways to find it again, most stable first, each with how many visible elements
// it finds.
(element) => {
  const used =
    element.closest(
      `${FIELD}, ${CONTROL}, label, summary, [role=checkbox], [role=radio], [role=option], [role=tab], [tabindex]`,
    ) || element;
  const control = used.localName === "label" && used.control ? used.control : used;
  const TYPES = {
    checkbox: "checkbox",
    radio: "radio",
    submit: "button",
    button: "button",
    image: "button",
    reset: "button",
  };
  const IMPLICIT = { button: "button", a: "link", select: "combobox", textarea: "textbox", summary: "button" };
  const role =
    control.getAttribute("role") ||
    (control.localName === "input" ? TYPES[control.type] || "textbox" : IMPLICIT[control.localName]) ||
    (control.localName.startsWith("kat-") ? control.localName.slice(4) : "generic");
  const kind = control.localName === "input" ? `input:${control.type}` : control.localName;
  const name = nameOf(control).slice(0, 200);
  const searched = roots();
  const count = (css) => queryAll(searched, css).filter(isVisible).length;
  const quoted = (value) => `"${value.replace(/["\\]/g, "\\$&")}"`;
  const method_of = (form) => (form.getAttribute("method") || "get").toUpperCase();
  const candidates = [];
  // An id or a name with a long number or a hash in it is drawn anew each time.
  const isStable = (value) => value && value.length <= 80 && !/\d{5,}|[0-9a-f]{12,}|:r[0-9a-z]+:/i.test(value);
  if (isStable(control.id)) candidates.push({ way: "id", css: `#${CSS.escape(control.id)}` });
  const field = control.getAttribute("name");
  if (isStable(field)) {
    const typed = ["submit", "radio", "checkbox", "button"].includes(control.type)
      ? control.getAttribute("value")
      : null;
    const value = isStable(typed) ? `[value=${quoted(typed)}]` : "";
    candidates.push({ way: "name", css: `${control.localName}[name=${quoted(field)}]${value}` });
  }
  for (const attribute of ["data-testid", "data-test-id", "data-qa", "data-action", "data-name"]) {
    const value = control.getAttribute(attribute);
    if (isStable(value)) candidates.push({ way: "test_id", css: `[${attribute}=${quoted(value)}]` });
  }
  const named = [];
  for (const each of queryAll(searched, role === "link" ? "a[href], [role=link], kat-link" : CONTROL))
    if (isVisible(each) && nameOf(each) === nameOf(control)) named.push(each);
  if (name && !["textbox", "generic"].includes(role)) candidates.push({ way: "role", role, name, seen: named.length });
  const words = squeeze(control.innerText || "").slice(0, 120);
  if (words && !control.matches(FIELD)) candidates.push({ way: "text", name: words, seen: named.length });
  for (const each of candidates) each.seen ??= count(each.css);
  const form = control.form || control.closest("form");
  return {
    role,
    name,
    kind,
    candidates,
    // Attributes are read, since a field may be named `action`.
    form: form ? `${method_of(form)} ${new URL(form.getAttribute("action") || "", document.baseURI).pathname}` : "",
    editable:
      control.matches("input, textarea") &&
      !["button", "submit", "image", "reset", "checkbox", "radio", "file"].includes(control.type),
    secret:
      control.type === "password" ||
      /one-time-code|current-password|new-password/.test(control.getAttribute("autocomplete") || ""),
  };
};
