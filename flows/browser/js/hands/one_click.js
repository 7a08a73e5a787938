// Let one click arrive at this element. What is pressed on it is released on it, wherever the page moves it in between:
// a release beside it is no click. With a time in milliseconds, a click that comes later, because a process was frozen
// meanwhile, is swallowed. Gives whether a press came through: the driver stops at the window what came beside the
// element, so whatever reaches the document is a press that the page sees.
([element, milliseconds]) => {
  const hits = (event) => event.composedPath().includes(element);
  const press = { came: false };
  const hold = (event) => {
    if (!event.isTrusted || !hits(event)) return;
    removeEventListener("pointerdown", hold, true);
    event.composedPath()[0].setPointerCapture(event.pointerId);
  };
  addEventListener("pointerdown", hold, true);
  const note = (event) => {
    if (event.isTrusted) press.came = true;
  };
  for (const name of ["pointerdown", "mousedown", "click"]) document.addEventListener(name, note, true);
  if (milliseconds === null) return press;
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
  return press;
};
