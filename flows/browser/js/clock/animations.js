// Knows which animations of a page have an end and how long they still run. The clock asks it.
globalThis[Symbol.for("animations")] ??= (() => {
  const FAR = 60000, // so far off an end is waited for before a pass
    BRIEF = 3000; // and so far off before a look: a part of the page is coming in
  // Milliseconds that each still runs.
  const left = () =>
    document
      .getAnimations()
      .map((one) => (one.playState === "running" ? one.effect?.getComputedTiming() : null))
      .map((/** @type {any} */ timing) => (timing ? timing.endTime - (timing.localTime ?? 0) : 0))
      .filter((time) => time > 0 && time <= FAR);
  const brief = () => left().filter((time) => time <= BRIEF).length;
  return { left, brief };
})();
