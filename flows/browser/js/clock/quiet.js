// Resolve when everything is loaded and nothing has changed for a while, or after the longest time.
({ quiet, longest }) =>
  new Promise((resolve) => {
    const done = () => {
      observer.disconnect();
      clearTimeout(calm);
      clearTimeout(end);
      resolve(document.readyState);
    };
    const again = () => {
      clearTimeout(calm);
      calm = setTimeout(() => (document.readyState === "complete" ? done() : again()), quiet);
    };
    const observer = new MutationObserver(again);
    observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    const end = setTimeout(done, longest);
    let calm;
    again();
  });
