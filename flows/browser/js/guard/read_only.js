// As harden.js, once a visit only reads: sockets, and workers that could open them. Whether there is one may be asked;
// who makes one gets none, and that is noted: what it would have brought is missing.
for (const name of ["WebSocket", "Worker", "SharedWorker", "EventSource"]) {
  const none = {
    [name]: class {
      constructor() {
        globalThis[Symbol.for("late")]?.lacks(name);
        throw new DOMException(`A visit that only reads has no ${name}.`, "SecurityError");
      }
    },
  };
  delete globalThis[name];
  Object.defineProperty(globalThis, name, { value: none[name], writable: true, configurable: true });
}
