// As harden.js, once a visit only reads: sockets, and workers that could open them.
for (const name of ["WebSocket", "Worker", "SharedWorker", "EventSource"]) delete globalThis[name];
