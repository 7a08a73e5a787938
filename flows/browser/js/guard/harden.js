// Runs before any script of a page: doors that no flow needs and that the network guard could not watch.
for (const name of ["SharedWorker", "WebTransport", "RTCPeerConnection", "webkitRTCPeerConnection", "RTCDataChannel"])
  delete globalThis[name];
globalThis.open = () => null;
// No window is opened for a page, so what it would show there comes into its own; a target that is a frame of it stays.
{
  const HERE = ["", "_self", "_parent", "_top"];
  const isElsewhere = (target) =>
    !HERE.includes((target || "").toLowerCase()) &&
    !Array.from(document.querySelectorAll("iframe, frame")).some((/** @type {any} */ frame) => frame.name === target);
  const stay = (element, name) => {
    if (element?.hasAttribute?.(name) && isElsewhere(element.getAttribute(name))) element.setAttribute(name, "_self");
  };
  const keep = (form, submitter) => {
    document.querySelectorAll("base[target]").forEach((base) => stay(base, "target"));
    stay(form, "target");
    stay(submitter, "formtarget");
  };
  const pressed = (event) => {
    const path = event.composedPath().filter((node) => node instanceof Element);
    keep(path.find((node) => node.matches("a[target], area[target]")));
    /** @type {any} */
    const submitter = path.find((node) => node.matches("button, input[type=submit], input[type=image]"));
    if (submitter?.form) keep(submitter.form, submitter);
  };
  const sent = (event) => keep(event.target, event.submitter);
  // Before the page hears of it, and after: it may have given a target meanwhile.
  for (const first of [true, false]) {
    addEventListener("click", pressed, first);
    addEventListener("submit", sent, first);
  }
  const { submit } = HTMLFormElement.prototype;
  HTMLFormElement.prototype.submit = function () {
    keep(this);
    return submit.call(this);
  };
}
{
  // Rules for pages made beforehand are taken out before the browser acts on them; no request of such a page would be
  // seen.
  const ROLE = /^\s*speculationrules\s*$/i,
    LOOK = { subtree: true, childList: true };
  const observer = new MutationObserver((records) => records.forEach((record) => record.addedNodes.forEach(drop)));
  const drop = (node) => {
    if (node.localName === "script" && ROLE.test(node.type)) return node.remove();
    for (const element of [node, ...(node.querySelectorAll?.("*") ?? [])]) {
      if (element.localName === "script" && ROLE.test(element.type)) element.remove();
      if (element.shadowRoot) {
        observer.observe(element.shadowRoot, LOOK);
        element.shadowRoot.childNodes.forEach(drop);
      }
    }
  };
  const { attachShadow } = Element.prototype;
  Element.prototype.attachShadow = function (...given) {
    const root = attachShadow.apply(this, given);
    observer.observe(root, LOOK);
    return root;
  };
  observer.observe(document, LOOK);
}
