// Knows when the document last changed and what it still has to do. Runs before any script of a page; where it could
// not, it knows from now on. A request counts for as long as a page may load; a timer counts when it was set soon after
// the page began, was pressed or scrolled.
globalThis[Symbol.for("rest")] ??= (() => {
  const LOADING = 5000,
    SOON = 3000,
    PUT_OFF = 3000,
    AFTER_SCROLL = 300,
    STYLES = new Set(["link", "style"]);
  const now = performance.now.bind(performance),
    later = setTimeout.bind(globalThis),
    written = Function.prototype.toString, // a function may call itself otherwise
    films = globalThis[Symbol.for("animations")],
    frame = requestAnimationFrame.bind(globalThis),
    hear = addEventListener.bind(globalThis); // before others hear of it: what we hear ourselves is none of the page's
  const requests = new Set(),
    timers = new Map(),
    dues = new Set(),
    watched = new WeakSet(),
    sealed = new WeakSet(),
    hears = new WeakSet(),
    heard_by = new WeakMap(), // what hears presses -> by which functions
    wheels = new WeakSet(), // what moves its own contents when the wheel turns over it
    of_types = new WeakMap(), // what hears presses or keys -> by type, by which functions
    // what hears that a form is sent, the address changes or the focus comes -> by type, by which functions
    answers = new WeakMap(),
    of_files = new WeakSet(), // functions that a script file gave, not the document itself
    wary = new Map(), // functions that ask whether a person's hand sent what they hear -> what they hear
    bound = new WeakMap(), // a function that was bound -> what it was made of
    phases = new WeakMap(), // what hears of anything -> by type and phase, or always, by which functions
    felt = new WeakMap(), // what hears the pointer pass, the focus come or a key go down -> by type, by which functions
    lost = new WeakSet();
  let changes = 0,
    last = now(),
    acted = last,
    scrolled = -Infinity,
    heard = "";
  const take = (records) => {
    if (!records.length) return;
    changes += 1;
    last = now();
    if (document.readyState === "complete") for (const record of records) record.addedNodes.forEach(load);
  };
  // What a page loads while it is read itself is part of its being complete; a script or a style that is put in later
  // is not.
  const load = (node) => {
    const runs =
      node.localName === "script" && node.src && !node.noModule && /^(|module|.*javascript)$/.test(node.type);
    if (!runs && !(node.localName === "link" && node.rel === "stylesheet")) return;
    const ended = begin();
    node.addEventListener("load", ended);
    node.addEventListener("error", ended);
  };
  const observer = new MutationObserver(take);
  const watch = (root) => {
    if (watched.has(root)) return;
    watched.add(root);
    observer.observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
    // A sheet that failed, or that imports one that did, is an empty sheet afterwards; only its event tells.
    const note = ({ type, target }) => {
      if (STYLES.has(target.localName)) lost[type === "error" ? "add" : "delete"](target);
    };
    for (const type of ["error", "load"]) root.addEventListener(type, note, true);
  };
  // A request that was answered may still be drawn in the same moment, so its end counts as a change of the time, not
  // of the page.
  const begin = () => {
    const one = { at: now() };
    requests.add(one);
    return () => {
      if (requests.delete(one)) last = now();
    };
  };
  const around = (owner, name, apply) => {
    if (owner?.[name]) owner[name] = new Proxy(owner[name], { apply });
  };
  const promised = (target, self, args) => {
    const ended = begin(),
      answer = Reflect.apply(target, self, args);
    answer.then(ended, ended);
    return answer;
  };
  around(globalThis, "fetch", promised);
  for (const name of ["json", "text", "arrayBuffer", "blob"]) around(globalThis.Response?.prototype, name, promised);
  around(globalThis.XMLHttpRequest?.prototype, "send", (target, self, args) => {
    self.addEventListener("loadend", begin());
    return Reflect.apply(target, self, args);
  });
  around(globalThis.Element?.prototype, "attachShadow", (target, self, args) => {
    const root = Reflect.apply(target, self, args);
    watch(root);
    if (root.mode === "closed") sealed.add(self);
    return root;
  });
  // What hears presses, whatever it looks like.
  const PRESS =
    /^(click|dblclick|mousedown|mouseup|pointerdown|pointerup|touchstart|touchend|keydown|contextmenu|auxclick)$/;
  const FELT = /^((mouse|pointer)(over|enter|move|out|leave)|focus|focusin|keydown|keyup|keypress)$/;
  const ANSWERS = /^(submit|reset|hashchange|popstate|focus|focusin|blur|focusout|keydown|keyup|keypress)$/;
  const KEYS = /^key(down|up|press)$/,
    // What only a person's hand does, and no reading.
    BY_HAND =
      /^(drag|dragstart|dragenter|dragover|dragend|drop|copy|cut|paste|wheel|mousewheel|touchmove|beforeprint)$/;
  // In which phase: focus and blur rise to none but those that capture; what is taken back of the other phase stays.
  const phase_of = (type, given) => `${type} ${given === true || given?.capture ? "captured" : "rising"}`;
  const put = (kept, box, type, run) => {
    if (!kept.has(box)) kept.set(box, new Map());
    const by_type = kept.get(box);
    by_type.set(type, (by_type.get(type) || new Set()).add(run));
  };
  around(globalThis.Function?.prototype, "bind", (target, self, args) => {
    const made = Reflect.apply(target, self, args);
    bound.set(made, self);
    return made;
  });
  // Whether the script that runs now, the nearest of the page's, is a file of its own.
  const comes_of_a_file = () => {
    const [nearest] = /https?:[^\s)]+/.exec(new Error().stack) ?? [];
    return !!nearest && nearest.replace(/:\d+:\d+$/, "").split("#")[0] !== location.href.split("#")[0];
  };
  // The words of a listener: of the function it was bound from, or that the library around it calls.
  const source_of = (run) => {
    let fn = run;
    for (let i = 0; i < 5; i++) {
      const inner = bound.get(fn) ?? fn?._$AH ?? (typeof fn === "function" ? fn.value : fn?.handleEvent);
      if (typeof inner !== "function" || inner === fn) break;
      fn = inner;
    }
    return typeof fn === "function" ? written.call(fn) : "";
  };
  around(globalThis.EventTarget?.prototype, "addEventListener", (target, self, args) => {
    if (args[1]) {
      put(phases, self ?? globalThis, phase_of(args[0], args[2]), args[1]);
      if (!args[2]?.once && !args[2]?.signal) put(phases, self ?? globalThis, `${args[0]} always`, args[1]);
    }
    if (ANSWERS.test(args[0]) && args[1]) {
      put(answers, self ?? globalThis, args[0], args[1]);
      if (comes_of_a_file()) of_files.add(args[1]);
    }
    if (FELT.test(args[0]) && args[1]) put(felt, self ?? globalThis, args[0], args[1]);
    if ((FELT.test(args[0]) || args[0] === "selectionchange") && args[1] && comes_of_a_file()) of_files.add(args[1]);
    if ((PRESS.test(args[0]) || KEYS.test(args[0]) || BY_HAND.test(args[0])) && args[1]) {
      put(of_types, self ?? globalThis, args[0], args[1]);
      if (comes_of_a_file()) of_files.add(args[1]);
    }
    const is_sent =
      FELT.test(args[0]) || /^(visibilitychange|storage|message|online|hashchange|selectionchange)$/.test(args[0]);
    if (args[1] && is_sent && /\bisTrusted\b/.test(source_of(args[1]))) {
      wary.set(args[1], args[0]);
      if (comes_of_a_file()) of_files.add(args[1]);
    }
    if (PRESS.test(args[0]) && args[1]) {
      if (self instanceof Element) hears.add(self);
      const box = self ?? globalThis; // called by its name alone
      if (!heard_by.has(box)) heard_by.set(box, new Set());
      heard_by.get(box).add(args[1]);
    }
    if (self instanceof Element && /^(wheel|mousewheel|touchmove|pointermove)$/.test(args[0])) wheels.add(self);
    return Reflect.apply(target, self, args);
  });
  around(globalThis.EventTarget?.prototype, "removeEventListener", (target, self, args) => {
    const box = self ?? globalThis,
      heard = phases.get(box);
    heard?.get(`${args[0]} always`)?.delete(args[1]);
    heard?.get(phase_of(args[0], args[2]))?.delete(args[1]);
    const is_left = [true, false].some((captured) => heard?.get(phase_of(args[0], captured))?.has(args[1]));
    if (!is_left) for (const kept of [of_types, answers]) kept.get(box)?.get(args[0])?.delete(args[1]);
    return Reflect.apply(target, self, args);
  });
  const counts = (delay) =>
    (now() - acted <= SOON && delay <= PUT_OFF) || (now() - scrolled <= AFTER_SCROLL && delay <= AFTER_SCROLL);
  // When timers come due, for a caller that waits for them; of one that comes again, the first time.
  const falls_due = (delay) => {
    if (!(delay > 0 && delay <= 10000)) return;
    dues.add(now() + delay);
    if (dues.size > 500) for (const one of dues) if (one < now()) dues.delete(one);
  };
  // Those that come due later still are waited for as well, unless the reader finds that they bring nothing.
  const far = new Map(); // the timer -> when, and what it calls
  const FAR = 60000,
    FAR_AGAIN = 30000;
  around(globalThis, "setInterval", (target, self, args) => {
    falls_due(+args[1]);
    const id = Reflect.apply(target, self, args);
    if (+args[1] > 10000 && +args[1] <= FAR_AGAIN) far.set(`every ${id}`, { due: now() + +args[1], run: args[0] });
    return id;
  });
  around(globalThis, "clearInterval", (target, self, args) => {
    far.delete(`every ${args[0]}`);
    return Reflect.apply(target, self, args);
  });
  around(globalThis.AbortSignal, "timeout", (target, self, args) => {
    falls_due(+args[0]);
    return Reflect.apply(target, self, args);
  });
  around(globalThis.Scheduler?.prototype, "postTask", (target, self, args) => {
    falls_due(+(args[1]?.delay ?? 0));
    return Reflect.apply(target, self, args);
  });
  let looped = -Infinity; // when it last asked to be called in a moment without work
  let framed = -Infinity; // when the page last asked for a frame: one that draws frame by frame may still be under way
  around(globalThis, "requestAnimationFrame", (target, self, args) => {
    framed = now();
    return Reflect.apply(target, self, args);
  });
  for (const [owner, name] of [
    [globalThis, "requestIdleCallback"],
    [globalThis.MessagePort?.prototype, "postMessage"],
  ])
    around(owner, name, (target, self, args) => {
      looped = now();
      return Reflect.apply(target, self, args);
    });
  // One that is put off for longer is waited for as long as no script takes it back, as one that only guards a request
  // does.
  const longs = new Map();
  around(globalThis, "setTimeout", (target, self, args) => {
    const [run, delay = 0] = args;
    falls_due(+delay);
    if (+delay > 20000 && +delay <= FAR) {
      const id = Reflect.apply(target, self, args);
      far.set(id, { due: now() + +delay, run });
      return id;
    }
    if (+delay > 10000 && +delay <= 20000) {
      const id = Reflect.apply(target, self, args);
      longs.set(id, now() + +delay);
      return id;
    }
    if (typeof run !== "function" || !counts(+delay || 0)) return Reflect.apply(target, self, args);
    const id = target(
      (...given) => {
        timers.delete(id);
        last = now();
        run.apply(self, given);
      },
      ...args.slice(1),
    );
    timers.set(id, now() + (+delay || 0) + 1000);
    return id;
  });
  around(globalThis, "clearTimeout", (target, self, args) => {
    timers.delete(args[0]);
    longs.delete(args[0]);
    far.delete(args[0]);
    return Reflect.apply(target, self, args);
  });
  hear(
    "click",
    (event) => {
      if (event.isTrusted) acted = now();
    },
    { capture: true, passive: true },
  );
  hear(
    "scroll",
    () => {
      scrolled = now();
    },
    { capture: true, passive: true },
  );
  watch(document);

  const waits = () => {
    const at = now();
    for (const [id, due] of timers) if (due < at) timers.delete(id);
    return timers.size > 0 || asks() || films.brief() > 0;
  };
  const asks = () => [...requests].some((one) => now() - one.at < LOADING);
  const loaded = () => document.readyState === "complete" || (document.readyState === "interactive" && now() > LOADING);
  // What a script ticks without an attribute is no change of the document.
  const ticks = (root) => {
    let hash = 0;
    for (const control of root.querySelectorAll("input, select, option, kat-radiobutton, kat-checkbox"))
      hash = (hash * 33 + (control.checked || control.selected ? 7 : 1) + (control.selectedIndex || 0)) | 0;
    return hash;
  };
  // The clocks of the frames of this origin: what moves there moves the page.
  const inner = () =>
    [...document.querySelectorAll("iframe, frame")].flatMap((/** @type {any} */ frame) => {
      try {
        return frame.contentWindow?.[Symbol.for("rest")] ?? [];
      } catch {
        return []; // of another origin
      }
    });
  const seen = () => {
    const at = now();
    /** @type {any[]} */
    const roots = [document];
    for (let i = 0; i < roots.length; i++)
      for (const element of roots[i].querySelectorAll("*")) if (element.shadowRoot) roots.push(element.shadowRoot);
    roots.forEach(watch);
    take(observer.takeRecords());
    const inside = inner().map((clock) => clock.seen());
    return {
      moment: [
        performance.timeOrigin,
        changes + films.brief() / 1000, // what comes in changes by itself
        roots.reduce((sum, root) => (sum * 31 + ticks(root)) | 0, 0),
        ...inside.flatMap((one) => one.moment),
      ],
      calm: Math.min(at - last, ...inside.map((one) => one.calm)),
      waits: waits() || !loaded() || inside.some((one) => one.waits),
    };
  };
  // Resolve when nothing has changed for so long and nothing is under way. A page that never stops changing is given up
  // on after `limit`.
  const rest = (quiet, limit) =>
    new Promise((done) => {
      const began = now();
      const look = () => {
        const { moment, calm, waits } = seen(),
          spent = now() - began;
        if (!waits && calm >= quiet) done({ moment, rested: true });
        else if (spent >= (waits ? limit + LOADING : limit)) done({ moment, rested: false });
        else later(look, waits ? 20 : Math.max(4, quiet - calm));
      };
      drawn().then(look); // what a long look of ours has delayed comes first
    });
  // Resolve when another moment has come, or after so long.
  const other = (moment, limit) =>
    new Promise((done) => {
      const began = now();
      const look = () => {
        if (String(seen().moment) !== String(moment) || now() - began >= limit) done(true);
        else later(look, 25);
      };
      look();
    });
  // Whether anything is new since this was asked last.
  const news = () => {
    const { moment } = seen(),
      told = JSON.stringify([moment, document.readyState]),
      before = heard;
    heard = told;
    return told !== before;
  };
  // Let what a scroll sets off begin: listeners run with the next frame, what watches which parts are in view is told
  // after it. A busy machine draws late, so a frame is waited for as long as one may take; a part that was scrolled
  // past undrawn never tells that it is there.
  const FRAME = 3000,
    FRAMES = 5000,
    LOOPS = 12000;
  const drawn = () =>
    new Promise((done) => {
      const end = later(done, FRAME);
      frame(() =>
        frame(() =>
          later(() => {
            clearTimeout(end);
            done();
          }),
        ),
      );
    });
  // How long until the timers that are set now have come due, here and in the frames.
  const owed = (least) =>
    Math.max(
      now() - framed < 100 ? Math.min(least * 2, FRAMES) : 0,
      now() - looped < 100 ? Math.min(least * 6, LOOPS) : 0,
      ...[...dues, ...longs.values(), ...[...far.values()].filter((one) => !one.quiet).map((one) => one.due)].map(
        (due) => due - now() + 50,
      ),
      ...films.left().map((left) => left + 50),
      ...inner().map((clock) => clock.owed(least)),
    );
  // Let time pass: at least so long, and until these have come due.
  const wait = (least, limit) => new Promise((done) => later(done, Math.min(limit, Math.max(least, owed(least)))));
  return {
    wait,
    owed,
    seen,
    asks,
    rest,
    other,
    drawn,
    news,
    sealed,
    hears,
    heard_by,
    heard_of: (box) => of_types.get(box) ?? new Map(),
    is_bound: (run) => bound.has(run),
    source_of,
    comes_of_a_file,
    is_of_a_file: (run) => of_files.has(run),
    far,
    wary,
    felt,
    phases,
    answers,
    wheels,
    isLost: (element) => lost.has(element),
  };
})();
