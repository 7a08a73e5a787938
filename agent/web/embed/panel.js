// <sc-authorization-status account="A1" token="...">: where an authorization stands, in the customer's words.
(() => {
  const base = document.currentScript
    ? new URL(".", /** @type {HTMLScriptElement} */ (document.currentScript).src).href
    : "/embed/";
  const SOON = 60; // seconds before the token ends
  const css = new CSSStyleSheet();
  css.replaceSync(`
:host{display:block;color-scheme:light dark;font:400 1rem/1.5 system-ui,sans-serif;color:light-dark(#1b1f24,#f0f3f6)}
:host([theme=light]){color-scheme:light}:host([theme=dark]){color-scheme:dark}:host([hidden]){display:none}
.panel{padding:1rem;border:1px solid light-dark(#6b7280,#8b949e);border-radius:.5rem;
background:light-dark(#fff,#161b22)}
dl{display:grid;grid-template-columns:minmax(8rem,auto) 1fr;gap:.5rem 1rem;margin:0}
dt{font-weight:600}dd,p,ul{margin:0;min-width:0;overflow-wrap:anywhere}ul{padding-left:1.2rem}
code{font:600 1.25rem/1.2 ui-monospace,monospace;letter-spacing:.08em;user-select:all;
padding:.15rem .4rem;border-radius:.25rem;background:light-dark(#eef1f4,#30363d)}
code:focus-visible{outline:2px solid light-dark(#0550ae,#79c0ff);outline-offset:2px}
@media(max-width:30rem){dl{grid-template-columns:1fr}dd{margin-bottom:.5rem}}`);

  const make = (name, ...children) => {
    const made = document.createElement(name);
    made.append(...children);
    return made;
  };
  const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

  class Panel extends HTMLElement {
    static observedAttributes = ["account", "token"];
    #rows = {};
    #stop = null;
    #timer = 0;

    constructor() {
      super();
      const root = this.attachShadow({ mode: "open" });
      root.adoptedStyleSheets = [css];
      const list = make("dl");
      const add = (name, label, cell) => {
        const row = [make("dt", label), make("dd", cell)];
        row[1].ariaLive = "polite";
        list.append(...row);
        this.#rows[name] = { cell, row };
        this.#put(name, name === "message" ? "Loading the status." : "");
      };
      const code = make("code");
      code.tabIndex = 0;
      code.onfocus = () => getSelection().selectAllChildren(code);
      add("user_email", "User email", make("bdi"));
      add("message", "Status", make("p"));
      add("reasons", "Reasons", make("ul"));
      add("next_step", "Next step", make("p"));
      add("confirmation_code", "Confirmation code", code);
      const panel = make("div", list);
      panel.className = "panel";
      panel.role = "group";
      panel.ariaLabel = "Seller Central authorization";
      root.append(panel);
    }

    connectedCallback() {
      this.#begin();
    }
    disconnectedCallback() {
      this.#end();
    }
    attributeChangedCallback(_name, before, now) {
      if (before !== now && this.isConnected) this.#begin();
    }

    #end() {
      this.#stop?.abort();
      clearTimeout(this.#timer);
    }

    #begin() {
      this.#end();
      const account = this.getAttribute("account");
      const token = this.getAttribute("token");
      if (!account || !token) return;
      this.#stop = new AbortController();
      this.#follow(`${base}${encodeURIComponent(account)}/status`, token, this.#stop.signal);
    }

    async #follow(url, token, signal) {
      let tag = null;
      let pause = 1000;
      while (!signal.aborted) {
        const began = Date.now();
        try {
          const headers = { Authorization: `Bearer ${token}` };
          if (tag) Object.assign(headers, { "If-None-Match": tag, Prefer: "wait=25" });
          const answer = await fetch(url, { headers, signal, cache: "no-store", credentials: "omit" });
          if (answer.status === 401) return this.#expired();
          if (answer.status !== 304 && !answer.ok) throw 0;
          if (answer.ok) this.#show(await answer.json());
          tag = answer.headers.get("ETag");
          this.#watch(Number(answer.headers.get("Embed-Expires")));
          pause = 1000;
          if (Date.now() - began < 1000) await sleep(1000);
        } catch {
          if (signal.aborted) return;
          this.#put("message", "The status cannot be shown just now. Trying again.");
          tag = null;
          await sleep(pause);
          pause = Math.min(pause * 2, 30000);
        }
      }
    }

    #watch(expires) {
      clearTimeout(this.#timer);
      if (expires) this.#timer = setTimeout(() => this.#expired(), Math.max(0, (expires - SOON) * 1000 - Date.now()));
    }

    #expired() {
      this.dispatchEvent(new CustomEvent("token-expired", { bubbles: true, composed: true }));
    }

    #show(status) {
      for (const name of ["user_email", "message", "next_step", "confirmation_code"])
        this.#put(name, status[name] ?? "");
      this.#put("reasons", status.reasons.join("\n"), status.reasons);
    }

    #put(name, text, items) {
      const { cell, row } = this.#rows[name];
      for (const each of row) each.hidden = !text;
      if (cell.dataset.text === text) return; // what has not changed is not announced again
      cell.dataset.text = text;
      cell.replaceChildren(...(items ? items.map((item) => make("li", item)) : [text]));
    }
  }

  customElements.get("sc-authorization-status") ?? customElements.define("sc-authorization-status", Panel);
})();
