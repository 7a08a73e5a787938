// Keys, local times, and one event stream for all tabs of a browser. Every page works without it.
// @ts-check

for (const time of document.querySelectorAll("time[datetime]")) {
  const moment = new Date(time.getAttribute("datetime") ?? "");
  if (!Number.isNaN(moment.valueOf())) time.setAttribute("title", `${moment.toLocaleString()} here`);
}

let waitsForPlace = false;
/** @type {Record<string, string>} */
const PLACES = { f: "/", t: "/todo", m: "/mails", h: "/health" };

document.addEventListener("keydown", (event) => {
  const typing = event.target instanceof Element && event.target.closest("input, textarea, select");
  if (typing || document.querySelector("dialog[open]") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (waitsForPlace && event.key in PLACES) location.assign(PLACES[event.key]);
  waitsForPlace = event.key === "g";
  if (event.key === "/") {
    event.preventDefault();
    /** @type {HTMLElement | null} */ (document.querySelector("header input[type=search]"))?.focus();
  }
  if (event.key === "?") /** @type {HTMLDialogElement | null} */ (document.getElementById("keys"))?.showModal();
});

const isLive = document.body.hasAttribute("data-live");
const channel = isLive && "BroadcastChannel" in window ? new BroadcastChannel("console") : null;

/** Say that something changed; the reader decides when to load, so that no form is lost. */
function tell() {
  const banner = document.getElementById("changed");
  if (banner) banner.hidden = false;
}

if (channel && navigator.locks) {
  channel.addEventListener("message", tell);
  // The tab that holds the lock reads the stream for all; when it goes, another takes over.
  navigator.locks.request(
    "console-stream",
    () =>
      new Promise(() => {
        const stream = new EventSource("/changes");
        stream.addEventListener("message", () => {
          channel.postMessage("changed");
          tell();
        });
      }),
  );
}
