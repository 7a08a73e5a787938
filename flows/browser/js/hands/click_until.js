// Let a click on this element count for so long only: one that arrives later, because somebody was frozen meanwhile, is
// swallowed.
([element, milliseconds]) => {
  const ends = performance.now() + milliseconds,
    started = Date.now();
  const swallow = (event) => {
    const late = performance.now() > ends || Date.now() - started > milliseconds; // either clock may have stood still
    if (!late || !event.composedPath().includes(element)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  for (const name of ["pointerdown", "mousedown", "pointerup", "mouseup", "click", "submit"])
    addEventListener(name, swallow, true);
  return true;
};
