// What a page keeps back until it is touched: parts that a style sheet writes, and elements, as tips are made without
// any script.
const is_tip_on_touch = (el) => el.nodeType === 1 && !shown(el) && is_shown_on_touch(el);
const tips_kept_back = once((el) => [...kids(el)].filter(is_tip_on_touch).map(words_kept_back).map(clean));
const words_kept_back = (el) => [words_in(el), ...with_all_in(el).flatMap(texts_written)].join(" ");
// The parts of an element that a style sheet writes; to ask for one costs as much as for a style of its own.
const parts_written = once((el) =>
  ["::before", "::after"]
    .map((part) => getComputedStyle(el, part))
    .filter(({ content }) => content !== "none" && content !== "normal"),
);
const texts_written = (el) =>
  parts_written(el)
    .map(({ content }) => clean(text_written(el, content)))
    .filter((text) => /\p{L}/u.test(text));
// Those that say more than the element does itself, whatever the numbers: a copy of its words keeps its width.
const numberless = (s) => fold(s).replace(/\p{N}+/gu, "0");
const texts_added = (el) => texts_written(el).filter((text) => numberless(text) !== numberless(words_in(el)));
// The parts that it keeps back, and shows by another rule.
const parts_kept_back = (el) => parts_written(el).filter(({ display }) => display === "none");
const drawn_on_touch = (el) => [
  ...written_on_touch(el),
  ...parts_kept_back(el).map(({ content }) => text_written(el, content)),
  ...tips_kept_back(el),
];
const pictures_of = (style) =>
  PICTURE.test([style.content, style.backgroundImage, style.borderImageSource, style.maskImage].join(" "));
// One that is drawn, shown or made larger on touch.
const is_pictured_on_touch = (el) =>
  draws_on_touch(el) ||
  (parts_kept_back(el).some(pictures_of) && is_shown_on_touch(el)) ||
  ((is(el, "picture") || pictures_of(getComputedStyle(el))) && is_sized_on_touch(el));
// Whether a part that is not shown holds a picture that is larger than an icon, or may be.
const holds_picture = (el) =>
  with_all_in(el).some((one) => {
    const style = getComputedStyle(one),
      sides = [style.width, style.height, one.getAttribute("width"), one.getAttribute("height")];
    return (is(one, "picture") || pictures_of(style)) && !sides.some((side) => parseFloat(side) <= 24);
  });
// A pointer that is a picture may be of any size, too.
const has_cursor = (el) => PICTURE.test(getComputedStyle(el).cursor);
