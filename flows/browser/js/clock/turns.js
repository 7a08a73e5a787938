// Knows what a script of the page has called again and again: timers that timers set, those that repeat, frames,
// moments without work, messages to itself, what films and endless animations tell at each turn. Runs before any script
// of a page, after the clock.
globalThis[Symbol.for("turns")] ??= (() => {
  const clock = globalThis[Symbol.for("rest")],
    now = performance.now.bind(performance);
  const FARTHEST = 60000,
    TOLD = 20001,
    LATE = 5000,
    OFTEN = 20,
    JUST_NOW = 300;
  const AGAIN =
      /^(animationiteration|timeupdate|playing|play|progress|ended|durationchange|canplay|seeked|ratechange)$/,
    OF_MEDIA = [...["timeupdate", "playing", "play", "progress", "ended", "durationchange", "seeked", "ratechange"]];
  const ran = new Set(), // the words of what was called already
    due = new Map(), // what is still to be called again -> its words, whether a script file set it, until when
    told = []; // who hears what comes at each turn
  let turning = 0,
    numbers = 0;
  const words_of = (run) =>
    (typeof run === "function" || run?.handleEvent ? clock.source_of(run) : `() => { ${run} }`).slice(0, TOLD);
  const around = (owner, name, apply) => {
    if (owner?.[name]) owner[name] = new Proxy(owner[name], { apply });
  };
  const take = (key, run, until, words = words_of(run)) => {
    if (due.size > 1000) for (const [old, one] of due) if (one.until < now()) due.delete(old);
    due.set(key, { words, name: run?.name || "", of_file: clock.comes_of_a_file(), until });
  };
  // The same function, which tells afterwards that it ran.
  const turn_of = (run, key) => {
    const turn = function (...given) {
      due.delete(key());
      ran.add(words_of(run));
      turning += 1;
      try {
        return run.apply(this, given);
      } finally {
        turning -= 1;
      }
    };
    turn.value = run; // whose words these are
    return turn;
  };
  const is_again = (run) => turning > 0 || ran.has(words_of(run));
  // What is called once, at a time of its own.
  const once = (name, ends, wait) => {
    around(globalThis, name, (target, self, args) => {
      const [run, ...more] = args,
        delay = wait(args);
      if (!(delay <= FARTHEST)) return Reflect.apply(target, self, args);
      let id;
      const key = () => `${name} ${id}`,
        again = is_again(run);
      if (typeof run !== "function") ran.add(words_of(run)); // written as text: nothing tells when it runs
      id = Reflect.apply(target, self, typeof run === "function" ? [turn_of(run, key), ...more] : args);
      if (again) take(key(), run, now() + delay + LATE);
      return id;
    });
    around(globalThis, ends, (target, self, args) => {
      due.delete(`${name} ${args[0]}`);
      return Reflect.apply(target, self, args);
    });
  };
  once("setTimeout", "clearTimeout", (args) => +(args[1] ?? 0) || 0);
  once("requestAnimationFrame", "cancelAnimationFrame", () => 0);
  once("requestIdleCallback", "cancelIdleCallback", () => 0);
  around(globalThis, "setInterval", (target, self, args) => {
    const id = Reflect.apply(target, self, args);
    if (!(+(args[1] ?? 0) > FARTHEST)) take(`setInterval ${id}`, args[0], Infinity);
    return id;
  });
  for (const [ends, name] of [
    ["clearInterval", "setInterval"],
    ["clearTimeout", "setInterval"], // either ends both
    ["clearInterval", "setTimeout"],
  ])
    around(globalThis, ends, (target, self, args) => {
      due.delete(`${name} ${args[0]}`);
      return Reflect.apply(target, self, args);
    });
  around(globalThis.Scheduler?.prototype, "postTask", (target, self, args) => {
    const [run, ...more] = args,
      key = `postTask ${(numbers += 1)}`;
    if (typeof run !== "function") return Reflect.apply(target, self, args);
    if (is_again(run)) take(key, run, now() + (+(more[0]?.delay ?? 0) || 0) + LATE);
    return Reflect.apply(target, self, [turn_of(run, () => key), ...more]);
  });
  // Messages to itself, one after the other.
  let sent = 0;
  around(globalThis.MessagePort?.prototype, "postMessage", (target, self, args) => {
    sent += 1;
    if (sent % OFTEN === 0) take("postMessage", null, now() + JUST_NOW, "()=>postMessage()");
    return Reflect.apply(target, self, args);
  });
  around(globalThis.EventTarget?.prototype, "addEventListener", (target, self, args) => {
    if (AGAIN.test(args[0]) && args[1])
      told.push({ box: self ?? globalThis, type: args[0], run: args[1], of_file: clock.comes_of_a_file() });
    return Reflect.apply(target, self, args);
  });
  around(globalThis.EventTarget?.prototype, "removeEventListener", (target, self, args) => {
    const at = told.findIndex((one) => one.box === (self ?? globalThis) && one.type === args[0] && one.run === args[1]);
    if (at >= 0) told.splice(at, 1);
    return Reflect.apply(target, self, args);
  });
  around(globalThis.HTMLVideoElement?.prototype, "requestVideoFrameCallback", (target, self, args) => {
    take(`video ${(numbers += 1)}`, args[0], Infinity);
    return Reflect.apply(target, self, args);
  });
  const is_endless = () =>
    document
      .getAnimations()
      .some((one) => one.playState === "running" && one.effect?.getComputedTiming().iterations === Infinity);
  // A framework hears everything at its root, and calls what it noted on the elements.
  const is_of_framework = ({ box, run }) =>
    clock.is_bound(run) &&
    Object.keys(box).some((key) => /^_reactListening|^__reactContainer\$|^_reactRootContainer$/.test(key));
  const heard = () => {
    const media = [...document.querySelectorAll("video, audio")];
    const is_there = ({ box, type }) =>
      type === "animationiteration"
        ? is_endless()
        : media.some(
            (one) =>
              box === one || box === globalThis || box === document || (box instanceof Node && box.contains(one)),
          );
    const own = media.flatMap((one) => OF_MEDIA.map((type) => one[`on${type}`]).filter(Boolean));
    return [
      ...told.filter((one) => is_there(one) && !is_of_framework(one)),
      ...own.map((run) => ({ run, of_file: false })),
    ].map(({ run, of_file }) => ({ words: words_of(run), name: run.name || "", of_file }));
  };
  // What will be called again as far as is known now, with its words.
  const open = () => [
    ...[...due.values()]
      .filter((one) => one.until >= now())
      .map(({ words, name, of_file }) => ({ words, name, of_file })),
    ...heard(),
  ];
  return { open };
})();
