// Runs before any script of a page: doors that no flow needs and that the network guard could not watch.
for (const name of ["SharedWorker", "WebTransport", "RTCPeerConnection", "webkitRTCPeerConnection", "RTCDataChannel"]) delete globalThis[name];
globalThis.open = () => null;
