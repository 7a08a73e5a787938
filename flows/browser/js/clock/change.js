// Resolve at once if the document has changed since it was last observed, else at its next change, or after a while.
(milliseconds) =>
  new Promise((resolve) => {
    if (globalThis[Symbol.for("rest")]?.news()) return resolve(true);
    const done = () => {
      observer.disconnect();
      clearTimeout(timer);
      document.removeEventListener("readystatechange", done);
      resolve(true);
    };
    const observer = new MutationObserver(done);
    observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    document.addEventListener("readystatechange", done);
    const timer = setTimeout(done, milliseconds);
  });
