// How a level is drawn: what lies along its words, what moves it, and which controls show it.
// Lines along words, shadows, and words that are turned or mixed with their ground.
const drawn_on = (el, home) => {
  const found = [];
  for (let n = el; n && n.nodeType === 1 && n !== document.body; n = up(n)) {
    const { textDecorationLine, textDecorationStyle, textShadow, transform, mixBlendMode } = getComputedStyle(n);
    if (textDecorationLine !== "none") found.push(textDecorationLine, textDecorationStyle);
    if (n === el && textShadow !== "none") found.push(textShadow);
    if (!/^(none|matrix\(1, 0, 0, 1,.*)$/.test(transform)) found.push(transform);
    if (mixBlendMode !== "normal") found.push(mixBlendMode);
    if (n === home) break;
  }
  return found;
};
// Whether an animation goes on, or is to come, between a part of a row and the row's box: what it shows later is not
// known.
const AT_ONCE = 1000; // milliseconds
const moving = once(
  (root) =>
    new Set(
      root
        .getAnimations()
        .filter(({ effect, playState }) => {
          const { endTime = 0, localTime } = effect?.getComputedTiming() || {};
          return playState !== "finished" && endTime - (localTime ?? 0) > AT_ONCE;
        })
        .map((one) => one.effect.target),
    ),
);
const is_animated = (el, box) => {
  for (let n = element_of(el); n && n.nodeType === 1 && n !== document.body; n = up(n)) {
    if (moving(n.getRootNode()).has(n)) return true;
    if (n === box) break;
  }
  return false;
};
// The controls that show a level.
const chosen_of = (row) =>
  row.sites
    .filter((s) => s.k === "choice" || (!/^(value|bare)$/.test(s.k) && state(s.el) === true))
    .map((s) => element_of(s.el));
