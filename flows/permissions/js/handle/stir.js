// Tells a page what a person's being there would tell it: the pointer passes over its parts, its window comes to the
// front, the focus comes to what hears of it, keys that it asks for go down. Nothing is pressed, no control is touched,
// and no key that presses or deletes is sent.
(asked) => {
  const felt = globalThis[Symbol.for("rest")].felt;
  const send = (target, event) => target.dispatchEvent(event);
  const everything = [];
  const walk = (root) => {
    for (const el of root.querySelectorAll("*")) {
      everything.push(el);
      if (el.shadowRoot) walk(el.shadowRoot);
    }
  };
  walk(document.body);
  const POINTER = ["mouse", "pointer"].flatMap((name) =>
      ["over", "enter", "move", "out", "leave"].map((act) => name + act),
    ),
    FOCUS = ["focus", "focusin"],
    KEYS = ["keydown", "keyup", "keypress"];
  const props = (el) => {
    const key = Object.keys(el).find((name) => /^__reactProps\$|^__reactEventHandlers\$/.test(name));
    return (key && el[key]) || {};
  };
  const noted = (el, rule) =>
    Object.entries(props(el)).filter(([name, run]) => rule.test(name) && typeof run === "function");
  const runs_of = (box, types) => [
    ...types.flatMap((type) => [...(felt.get(box)?.get(type) || [])]),
    ...types.map((type) => box["on" + type]).filter(Boolean),
  ];
  const ROOTS = [globalThis, document, document.documentElement, document.body];
  const passes_over = (el) => {
    const box = el.getBoundingClientRect(),
      at = { clientX: box.left + box.width / 2, clientY: box.top + box.height / 2, view: globalThis, composed: true };
    /** @type {[any, string][]} */
    const kinds = [
      [PointerEvent, "pointer"],
      [MouseEvent, "mouse"],
    ];
    for (const [Kind, name] of kinds) {
      send(el, new Kind(name + "over", { ...at, bubbles: true }));
      send(el, new Kind(name + "enter", at));
      send(el, new Kind(name + "move", { ...at, bubbles: true }));
      send(el, new Kind(name + "out", { ...at, bubbles: true }));
      send(el, new Kind(name + "leave", at));
    }
  };
  // One that hears for all and tells by its words that it looks at what the pointer is over; what a framework binds
  // looks it up in its notes.
  const asks = (run) =>
    /target|composedPath|srcElement/.test(String(typeof run === "function" ? run : run.handleEvent));
  const of_library = (box) => Object.keys(box).some((key) => key.startsWith("jQuery"));
  const for_others = (box) => runs_of(box, POINTER).some((run) => asks(run) || of_library(box));
  const for_all = ROOTS.some(for_others);
  const around = everything.filter(for_others);
  const hears_pointer = (el) =>
    runs_of(el, POINTER).length || noted(el, /^on(Mouse|Pointer)(Over|Enter|Move)(Capture)?$/).length;
  for (const box of ROOTS)
    if (runs_of(box, POINTER).length && box !== document.body)
      send(document.body, new MouseEvent("mousemove", { bubbles: true, clientX: 5, clientY: 5 }));
  // It leaves the page at its upper edge.
  for (const name of ["mouseout", "pointerout"])
    send(document.documentElement, new MouseEvent(name, { bubbles: true, clientY: -1, relatedTarget: null }));
  for (const name of ["mouseleave", "pointerleave"])
    for (const box of [document.body, document.documentElement, document])
      send(box, new MouseEvent(name, { clientY: -1 }));
  const felt_by = everything.filter(
    (el) =>
      (for_all || hears_pointer(el) || around.some((box) => box.contains(el))) &&
      el.checkVisibility({ visibilityProperty: true }), // no pointer passes over what is not drawn
  );
  felt_by.slice(0, asked.at_most).forEach(passes_over);
  // The focus: what is no control takes none of itself, and hears of it all the same.
  for (const el of [document.body, ...everything]) {
    const boxes = el === document.body ? ROOTS : [el];
    const hears = boxes.some((box) => runs_of(box, FOCUS).length) || noted(el, /^onFocus(Capture)?$/).length;
    if (!hears || (el !== document.body && el.matches(asked.control))) continue;
    send(el, new FocusEvent("focusin", { bubbles: true, composed: true }));
    send(el, new FocusEvent("focus"));
    send(el, new FocusEvent("focusout", { bubbles: true, composed: true }));
    send(el, new FocusEvent("blur"));
  }
  // Keys: those that a listener asks for by name, and one that means nothing.
  const source_of = globalThis[Symbol.for("rest")].source_of;
  const press = (el, runs) => {
    const named = [with_key("Shift"), ...runs.flatMap((run) => keys_for(source_of(run)))];
    for (const one of new Map(named.map((key) => [JSON.stringify(key), key])).values()) {
      const at = { bubbles: true, composed: true, cancelable: true };
      for (const type of ["keydown", "keypress", "keyup"])
        send(el, new KeyboardEvent(type, { ...one, which: one.keyCode, ...at }));
    }
  };
  // The box of one drop-down hears the keys of its field: they would open its list.
  const is_around_a_list = (el) => {
    const inner = [...el.querySelectorAll(asked.control)];
    return inner.length === 1 && inner[0].matches(asked.choice) && el.getBoundingClientRect().height <= 80;
  };
  // The keys of a group of radios or the like would choose another: they are the control's own.
  const is_of_one_control = (el) => {
    for (
      let n = el;
      n && n.nodeType === 1;
      n = n.parentNode instanceof ShadowRoot ? n.parentNode.host : n.parentElement
    )
      if (n.matches(asked.group)) return true;
    const inner = [...el.querySelectorAll(asked.chosen)],
      others = [...el.querySelectorAll(asked.row)];
    return inner.length > 0 && inner.length <= 9 && others.length < 2;
  };
  const of_all = ROOTS.flatMap((box) => runs_of(box, KEYS));
  if (of_all.length) press(document.body, of_all);
  for (const el of everything) {
    const runs = [...runs_of(el, KEYS), ...noted(el, /^onKey(Down|Up|Press)(Capture)?$/).map(([, run]) => run)];
    if (runs.length && !el.matches(asked.control) && !is_around_a_list(el) && !is_of_one_control(el)) press(el, runs);
  }
  // The window: it comes to the front, is in view, is on line, and another of its kind has said something.
  send(globalThis, new FocusEvent("blur"));
  send(globalThis, new FocusEvent("focus"));
  send(document, new Event("visibilitychange", { bubbles: true }));
  send(document, new Event("selectionchange"));
  send(globalThis, new StorageEvent("storage", { key: "-", url: location.href }));
  send(globalThis, new MessageEvent("message", { data: {}, origin: location.origin, source: window }));
  send(globalThis, new Event("online"));
  send(globalThis, new HashChangeEvent("hashchange", { oldURL: location.href, newURL: location.href }));
  return felt_by.length <= asked.at_most;
};
