// Resolve at the next change of the document, or after a while.
(milliseconds) => new Promise((resolve) => {
  const done = () => { observer.disconnect(); clearTimeout(timer); document.removeEventListener("readystatechange", done); resolve(true); };
  const observer = new MutationObserver(done);
  observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  document.addEventListener("readystatechange", done);
  const timer = setTimeout(done, milliseconds);
})
