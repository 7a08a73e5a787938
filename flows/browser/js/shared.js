// What counts as visible, how a control is named, how open shadow roots are searched. Prepended to every other script
// of this folder.
/** The document and its open shadow roots. @returns {any[]} */
const roots = () => {
  /** @type {any[]} */
  const found = [document];
  for (let i = 0; i < found.length; i++) {
    for (const element of found[i].querySelectorAll("*")) if (element.shadowRoot) found.push(element.shadowRoot);
  }
  return found;
};
const queryAll = (searched, css) => searched.flatMap((root) => [...root.querySelectorAll(css)]);
const squeeze = (text) =>
  (text || "")
    .normalize("NFKC")
    .replace(/[\u2018\u2019\u02bc]/g, "'")
    .replace(/[\u2010\u2011]/g, "-")
    .replace(/[\u00ad\u200b-\u200f\u2060\ufeff]/g, "")
    .replace(/\s+/g, " ")
    .trim()
    .toLowerCase();

const isRendered = (element) => {
  if (!element.checkVisibility({ visibilityProperty: true })) return false;
  const box = element.getBoundingClientRect();
  const left = box.left + scrollX,
    top = box.top + scrollY;
  return (
    box.width > 1 &&
    box.height > 1 &&
    left + box.width > 0 &&
    top + box.height > 0 &&
    left < Math.max(document.documentElement.scrollWidth, innerWidth)
  );
};
// A part of another element, through shadow roots too.
const holds = (outer, inner) => {
  for (let node = inner; node; node = node.getRootNode().host)
    if (outer !== node ? outer.contains(node) : inner !== outer) return true;
  return false;
};
const FIELD =
  "input:not([type=hidden]):not([type=submit]):not([type=button]):not([type=image]):not([type=reset]), textarea, " +
  "select";
const CONTROL =
  "button, input[type=submit], input[type=button], input[type=image], a[href], [role=button], [role=link], " +
  "kat-button, kat-link";
// Fields put there for password managers (places.toml); whatever they look like, they are no field of the page.
const DECOYS = argument?.decoys || "";
const isDecoy = (element) => DECOYS !== "" && element.matches(DECOYS);
const isVisible = (element) => {
  if (!isRendered(element) || isDecoy(element)) return false;
  // A decoy field may be laid out and yet meant for no person: transparent, or hidden from assistive technology.
  if (element.matches(FIELD) && !["radio", "checkbox", "file"].includes(element.type)) {
    return element.checkVisibility({ opacityProperty: true }) && !element.closest("[aria-hidden=true]");
  }
  return true;
};

const referenced = (element, attribute) =>
  (element.getAttribute(attribute) || "")
    .split(/\s+/)
    .filter(Boolean)
    .map((id) => element.getRootNode().getElementById(id)?.textContent || "")
    .join(" ");
const nameOf = (element) =>
  squeeze(
    referenced(element, "aria-labelledby") ||
      element.getAttribute("aria-label") ||
      (element.matches("input") &&
        (element.labels?.[0]?.textContent || (element.matches("[type=submit], [type=button]") ? element.value : ""))) ||
      element.getAttribute("label") ||
      (element.innerText ?? element.textContent) ||
      element.getAttribute("alt") ||
      element.getAttribute("title") ||
      element.getAttribute("value"),
  );
const isEnabled = (element) =>
  !element.disabled &&
  element.getAttribute("aria-disabled") !== "true" &&
  !(
    element.localName.startsWith("kat-") &&
    element.hasAttribute("disabled") &&
    element.getAttribute("disabled") !== "false"
  );

// Addresses however they are written: percent signs, full width, characters that are not seen. Bounded, so that no text
// costs more than its length. A percent sign of its own, or letters of another encoding, hide no address beside them.
const MAIL = /[^\s@<>"'(),;:/?&=]{1,64}@[^\s@<>"'(),;:/?&=]{1,255}\.[^\s@<>"'(),;:/?&=.]{1,63}/g;
const decoded = (run) => {
  try {
    return decodeURIComponent(run);
  } catch {
    return run.replace(/%([0-7][0-9a-f])/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  }
};
const plainOf = (text) => {
  let plain = String(text ?? "");
  for (let i = 0; i < 2 && plain.includes("%"); i++) plain = plain.replace(/(?:%[0-9a-f]{2})+/gi, decoded);
  return squeeze(plain);
};
const mailsIn = (text) => plainOf(text).match(MAIL) || [];
// Whose sign-in a form is for, besides what its secret says: every address that it would send along or that is noted at
// it, whatever the field is called, and numbers of phones. `form` is null for fields without one. The site's own
// addresses name no user. Attributes are read by the prototype's hand, since a field may be named like a method.
const SENT = "input, textarea, select, button, output";
const claimsOf = (form) => {
  const read = (element, name) => Element.prototype.getAttribute.call(element, name) || "";
  const own = form ? Array.from(HTMLFormElement.prototype.__lookupGetter__("elements").call(form)) : [];
  const fields = [
    ...new Set([...own, ...queryAll(roots(), SENT).filter((/** @type {any} */ e) => e.form === form)]),
  ].filter((/** @type {any} */ e) => e.type !== "password");
  const noted = [...(form ? [form] : []), ...fields].flatMap((/** @type {any} */ e) => [
    read(e, "formaction"),
    ...Array.from(e.attributes)
      .filter((/** @type {any} */ one) => one.name.startsWith("data-"))
      .map((/** @type {any} */ one) => one.value),
  ]);
  const phones = fields
    .filter((/** @type {any} */ e) => /phone|mobile|claim/i.test(`${read(e, "name")} ${read(e, "id")}`))
    .map((/** @type {any} */ e) => String(e.value ?? "").trim())
    .filter((text) => /^\+?[\d ()./-]{7,}$/.test(text));
  const values = fields.map((/** @type {any} */ e) => e.value);
  const told = [...(form ? [read(form, "action")] : []), ...noted, ...values].flatMap(mailsIn);
  return [...new Set([...told.filter((address) => !address.includes("@amazon.")), ...phones])];
};

// The text a person reads, with what custom elements keep in attributes and shadow roots.
const spoken = (element) => {
  const own = [
    element.getAttribute?.("header"),
    element.getAttribute?.("description"),
    element.localName?.startsWith("kat-") ? element.getAttribute("label") : "",
  ];
  const text = element.innerText ?? element.textContent ?? "";
  const shadow = element.shadowRoot
    ? [...element.shadowRoot.children]
        .filter((c) => c.localName !== "style")
        .map((c) => c.innerText ?? "")
        .join(" ")
    : "";
  return [...own, text, shadow].filter(Boolean).join(" \n ");
};
