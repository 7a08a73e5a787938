// As harden.js, once a visit only reads: sockets, and workers that could open them. A page that asks for one gets
// none, and that is noted: what it would have brought is missing.
for (const name of ["WebSocket", "Worker", "SharedWorker", "EventSource"]) {
  delete globalThis[name];
  Object.defineProperty(globalThis, name, {
    configurable: true,
    get: () => void globalThis[Symbol.for("late")]?.lacks(name),
    set: (value) => Object.defineProperty(globalThis, name, { value, writable: true, configurable: true }),
  });
}
