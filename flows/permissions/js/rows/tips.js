// What is said of rows, of single levels and of anything else where the pointer rests, or to those who cannot see.
// Every library has an attribute of its own for them, or writes it by its style sheet.
const TIP =
  /(^|-)(alt|balloon|content|description|help|hint|label|popover|tip|tippy|tips|title|tooltip|valuetext)(-|$)/;
// Of these, what is a name, or data of scripts.
const NAME = /^(alt|label|(aria|data)-label|data-title|data-content)$/;
const may_say = once((name) => TIP.test(name));
const referred = (el, by) =>
  (el.getAttribute(by) || "")
    .split(/\s+/)
    .map((id) => id && el.getRootNode().getElementById(id))
    .filter(Boolean);
const described = (el) => referred(el, "aria-describedby").map((n) => n.textContent);
const drawn_title = (el) =>
  el.localName === "svg" ? [...el.children].filter((k) => k.localName === "title").map((k) => k.textContent) : [];
const attributes_of = (el, take) =>
  el
    .getAttributeNames()
    .filter(take)
    .map((name) => el.getAttribute(name));
const said_of = (el) => [
  ...new Set(
    [...attributes_of(el, may_say), ...described(el), ...drawn_title(el), ...drawn_on_touch(el)]
      .map(clean)
      .filter(Boolean),
  ),
];
const hints_of = (el) =>
  [...attributes_of(el, (name) => may_say(name) && !NAME.test(name)), ...drawn_on_touch(el)].map(clean);
// Whether an element's own words say the same; a part that is kept back is among these, and says nothing before.
const is_said_by = (el, tip) => tip === clean(words_of(el)) && !tips_kept_back(el).includes(tip);
// What an element that is no control is called for those who cannot see alone.
const UNSEEN = [
  "aria-label",
  "aria-placeholder",
  "aria-roledescription",
  "aria-braillelabel",
  "aria-brailleroledescription",
];
const names_unseen = (el) =>
  is(el, "interactive") || is(el, "field")
    ? []
    : [
        ...UNSEEN.map((name) => el.getAttribute(name)),
        ...referred(el, "aria-labelledby")
          .filter((n) => !shown(n))
          .map((n) => n.textContent),
      ]
        .map(clean)
        .filter(Boolean);
// Whether words end in a level behind others; what they tell is decided where the whole vocabulary is.
const may_tell_level = (tip) => {
  const words = fold(tip).replace(/[\s.)\]）]+$/, "");
  return [...LEVEL].some((word) => words.endsWith(word) && /[^\p{L}]$/u.test(words.slice(0, -word.length)));
};
const tipped = new Set(); // every element whose tips are told with a row
const tips_of = (els) =>
  els.flatMap((el) => {
    tipped.add(el);
    const said = said_of(el);
    return said.length ? said.map((tip) => ({ said: tip, words: clean(words_of(el)) })) : [];
  });
// What is said of a row, of each of its levels, and of anything else in its box.
const row_tips = (row, box) => {
  const label = row.label && row.label.el,
    around = boxes_around(row, label, box),
    holds_others = (s, el) => row.sites.some((other) => other !== s && inside(other.el, el));
  // Of one level among several it may say which it is.
  const about_one = (el) =>
    row.sites.length > 1 && !(label && inside(label, el)) && !row.sites.every((s) => inside(s.el, el));
  const of_row = around.filter((el) => !about_one(el)),
    of_some = around.filter(about_one),
    told = new Set(around);
  const of_one = (s) => {
    // the largest box around its control that holds neither the row's name nor another level, and its labels
    let own = s.el;
    for (let n = up(own); box && n !== row.home && inside(n, box) && n !== document.body; n = up(n)) {
      if ((label && inside(label, n)) || holds_others(s, n)) break;
      own = n;
    }
    return [own, ...(s.el.labels || [])].filter((el) => !holds_others(s, el) && !(label && inside(label, el)));
  };
  of_row.forEach((el) => tipped.add(el));
  const take = (els) => {
    const fresh = [...new Set(els)].filter((el) => !of_row.includes(el));
    fresh.forEach((el) => told.add(el));
    return tips_of(fresh);
  };
  return {
    hints: [...new Set(of_row.flatMap(said_of))],
    of_cell: (cell) => take(with_all_in(cell)),
    of_level: (s) => take([...of_some.filter((el) => inside(s.el, el)), ...of_one(s).flatMap(with_all_in)]),
    of_rest: () => (box ? tips_of(all_in(box).filter((el) => !told.has(el))) : []),
  };
};
// The elements around a row's name and around each of its controls, up to its box.
const boxes_around = (row, label, box) => {
  const around = new Set();
  for (const el of [label, ...row.sites.map((s) => (s.k === "value" || s.k === "bare" ? s.el : up(s.el)))])
    for (let n = el; n && n.nodeType === 1 && n !== document.body; n = up(n)) {
      if (n === row.home ? box : !box || inside(n, box)) around.add(n);
      if (n === row.home || n === box) break;
    }
  return [...around];
};
