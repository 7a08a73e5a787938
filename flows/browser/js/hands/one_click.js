// Let one click arrive at this element. What is pressed on it is released on it, wherever the page moves it in between:
// a release beside it is no click. With a time in milliseconds, a click that comes later, because a process was frozen
// meanwhile, is swallowed.
([element, milliseconds]) => {
  const hits = (event) => event.composedPath().includes(element);
  const hold = (event) => {
    if (!event.isTrusted || !hits(event)) return;
    removeEventListener("pointerdown", hold, true);
    event.composedPath()[0].setPointerCapture(event.pointerId);
  };
  addEventListener("pointerdown", hold, true);
  if (milliseconds === null) return;
  const ends = performance.now() + milliseconds,
    started = Date.now();
  const swallow = (event) => {
    const late = performance.now() > ends || Date.now() - started > milliseconds; // either clock may have stood still
    if (!late || !hits(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  for (const name of ["pointerdown", "mousedown", "pointerup", "mouseup", "click", "submit"])
    addEventListener(name, swallow, true);
};
