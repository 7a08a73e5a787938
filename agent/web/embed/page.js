// The iframe's page: the token leaves the address before anything else happens.
(() => {
  const panel = /** @type {HTMLElement} */ (document.querySelector("sc-authorization-status"));
  const token = new URLSearchParams(location.search).get("token");
  history.replaceState(null, "", location.pathname);
  panel.addEventListener("token-expired", () => parent.postMessage({ type: "token-expired" }, panel.dataset.origin));
  panel.setAttribute("token", token ?? "");
})();
