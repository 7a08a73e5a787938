// As harden.js, in a browser that can reach any host: no sockets, in workers either, and no pages made beforehand.
delete globalThis.WebSocket;
delete globalThis.WebSocketStream;
if (globalThis.Worker) {
  const SHUT = "for (const name of ['WebSocket', 'WebSocketStream', 'WebTransport', 'Worker']) delete self[name];";
  const beside = (url, type) =>
    URL.createObjectURL(
      new Blob([`${SHUT} ${type === "module" ? `await import(${url})` : `importScripts(${url})`};`], {
        type: "text/javascript",
      }),
    );
  globalThis.Worker = new Proxy(globalThis.Worker, {
    construct: (made, [url, options = {}], target) =>
      Reflect.construct(
        made,
        [beside(JSON.stringify(String(new URL(url, document.baseURI))), options.type), options],
        target,
      ),
  });
}
{
  // Rules for pages made beforehand are taken out before the browser acts on them; no request of such a page would be seen.
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
