// Knows what a script of the page still waits for that is no request of a script: pictures and the like whose loading
// is heard, and parts whose coming into view is watched for. Runs before any script of a page; where it could not, it
// knows from now on.
globalThis[Symbol.for("late")] ??= (() => {
  const HEARD = /^(load|error|loadend|loadeddata|loadedmetadata|canplay|canplaythrough)$/;
  const LOADS = "img, image, input[type=image], link:not([rel~=stylesheet]), video, audio, track";
  const ended = new WeakSet(),
    waited = new Set(),
    unmet = new Map(); // a part that is watched for -> its watchers
  const missed = new Set(); // ways of being told things that a visit that only reads does not have
  const lacks = (name) => void missed.add(`the page asks for a ${name}, which there is none of here`),
    listens = (name) => void missed.add(`the page waits for what a ${name} says`);
  let watches_all = false; // a listener hears every picture of the document
  const SPEAKS = ["WebSocket", "EventSource", "Worker", "SharedWorker"],
    kinds = new Map(SPEAKS.map((name) => [name, globalThis[name]])),
    is_of = (one, name) => !!kinds.get(name) && one instanceof kinds.get(name);
  const around = (owner, name, handler) => {
    if (owner?.[name]) owner[name] = new Proxy(owner[name], handler);
  };
  const hear = EventTarget.prototype.addEventListener;
  const is_over = (el) => ended.has(el) || (el.localName === "img" && el.complete && el.naturalWidth > 0);
  // A framework hears every picture it makes, for any script that may ask; what was asked stands in its own notes on
  // the element.
  const is_asked = (el) => {
    const noted = Object.keys(el).find(
      (key) => key.startsWith("__reactProps$") || key.startsWith("__reactEventHandlers$"),
    );
    return !noted || Object.keys(el[noted] || {}).some((name) => /^on(Load|Error|CanPlay)/.test(name));
  };
  const wait_for = (el) => {
    if (waited.has(el) || is_over(el)) return;
    waited.add(el);
    for (const type of ["load", "error", "loadedmetadata"])
      hear.call(el, type, () => {
        ended.add(el);
        waited.delete(el);
      });
  };
  around(EventTarget.prototype, "addEventListener", {
    apply(target, self, args) {
      if (args[0] === "message") for (const name of SPEAKS) if (is_of(self, name)) listens(name);
      if (HEARD.test(args[0])) {
        if (self instanceof Element && self.matches(LOADS)) wait_for(self);
        else if (
          args[0] === "load" &&
          (args[2] === true || args[2]?.capture) &&
          (self === document || (self ?? window) === window)
        )
          watches_all = true;
      }
      return Reflect.apply(target, self, args);
    },
  });
  for (const owner of [
    globalThis.HTMLElement?.prototype,
    globalThis.SVGElement?.prototype,
    globalThis.HTMLMediaElement?.prototype,
  ])
    for (const name of ["onload", "onerror", "oncanplay", "onloadeddata", "onloadedmetadata"]) {
      const given = owner && Object.getOwnPropertyDescriptor(owner, name);
      if (!given?.set) continue;
      const set = function (listener) {
        if (listener && this instanceof Element && this.matches(LOADS)) wait_for(this);
        given.set.call(this, listener);
      };
      Object.defineProperty(owner, name, { ...given, set });
    }
  around(globalThis.HTMLImageElement?.prototype, "decode", {
    apply(target, self, args) {
      const answer = Reflect.apply(target, self, args);
      waited.add(self);
      const over = () => waited.delete(self);
      answer.then(over, over);
      return answer;
    },
  });
  for (const type of ["load", "error", "loadedmetadata"])
    hear.call(document, type, ({ target }) => ended.add(target), true);

  const Watcher = globalThis.IntersectionObserver;
  const forget = (el, watcher) => {
    const watchers = unmet.get(el);
    if (watchers?.delete(watcher) && !watchers.size) unmet.delete(el);
  };
  if (Watcher) {
    around(Watcher.prototype, "observe", {
      apply(target, self, args) {
        if (args[0] instanceof Element) unmet.set(args[0], (unmet.get(args[0]) || new Set()).add(self));
        return Reflect.apply(target, self, args);
      },
    });
    around(Watcher.prototype, "unobserve", {
      apply(target, self, args) {
        forget(args[0], self);
        return Reflect.apply(target, self, args);
      },
    });
    around(Watcher.prototype, "disconnect", {
      apply(target, self, args) {
        for (const el of [...unmet.keys()]) forget(el, self);
        return Reflect.apply(target, self, args);
      },
    });
    globalThis.IntersectionObserver = new Proxy(Watcher, {
      construct(target, [run, ...rest], made) {
        const told = (entries, watcher) => {
          for (const one of entries) if (one.isIntersecting || one.intersectionRatio > 0) forget(one.target, watcher);
          return run(entries, watcher);
        };
        return Reflect.construct(target, [told, ...rest], made === globalThis.IntersectionObserver ? target : made);
      },
    });
  }
  // A script that listens to a socket, a stream of the site or a worker waits for it, and when it speaks is not told.
  for (const name of SPEAKS) {
    const given = globalThis[name];
    const told = given && Object.getOwnPropertyDescriptor(given.prototype, "onmessage");
    if (told?.set)
      Object.defineProperty(given.prototype, "onmessage", {
        ...told,
        set(listener) {
          if (listener) listens(name);
          told.set.call(this, listener);
        },
      });
  }
  // That there may be one can be asked; who waits for it, or makes one, is told. `await` asks for the constructor.
  if (globalThis.ServiceWorkerContainer) {
    const kept = ServiceWorkerContainer.prototype,
      ready = Object.getOwnPropertyDescriptor(kept, "ready");
    const is_waited_for = (promise) => {
      for (const name of ["then", "catch", "finally", "constructor"])
        Object.defineProperty(promise, name, {
          get() {
            lacks("service worker");
            return Promise.prototype[name];
          },
          configurable: true,
        });
      return promise;
    };
    if (ready?.get)
      Object.defineProperty(kept, "ready", {
        ...ready,
        get() {
          return is_waited_for(ready.get.call(this));
        },
      });
    around(kept, "register", {
      apply(target, self, args) {
        lacks("service worker");
        return Reflect.apply(target, self, args);
      },
    });
  }
  // Fonts that a script makes, of which nothing tells what their letters show.
  const made = new WeakSet();
  if (globalThis.FontFace)
    globalThis.FontFace = new Proxy(globalThis.FontFace, {
      construct(target, args, into) {
        const face = Reflect.construct(target, args, into);
        made.add(face);
        return face;
      },
    });
  const source_of = (el) => el.currentSrc || el.src || el.href?.baseVal || el.href || "";
  const pictures = () => [
    ...new Set([
      ...waited,
      ...document.querySelectorAll("img[onload], img[onerror], image[onload], link[onload]:not([rel~=stylesheet])"),
      ...(watches_all ? document.images : []),
    ]),
  ];
  // What has not come: each with the element it is about.
  const open = () => [
    ...[...missed].map((words) => ({ el: document.documentElement, words, host: "" })),
    ...pictures()
      .filter((el) => !is_over(el) && source_of(el) && !/^(data|blob):/.test(source_of(el)) && is_asked(el))
      .map((el) => ({
        el,
        words: `a picture is waited for: ${new URL(source_of(el), document.baseURI).pathname}`,
        host: new URL(source_of(el), document.baseURI).hostname,
      })),
    ...[...unmet.keys()]
      .filter((el) => el.isConnected && el.checkVisibility({ visibilityProperty: true }))
      .map((el) => ({ el, words: "a part is waited for to come into view", host: "" })),
  ];
  return { open, lacks, is_made: (face) => made.has(face) };
})();
