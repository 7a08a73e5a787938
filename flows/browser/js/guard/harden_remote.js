// As harden.js, in a browser that can reach any host: no sockets, in workers either.
delete globalThis.WebSocket;
delete globalThis.WebSocketStream;
// A login by another site is fetched by the browser itself, past every guard.
if (globalThis.Navigator) {
  /** @type {any} */
  const navigators = globalThis.Navigator.prototype;
  delete navigators.credentials;
}
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
