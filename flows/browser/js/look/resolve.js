// Find one element by ordered candidates. Answers with the index of the candidate, the element, and how many each
// candidate saw.
({ candidates, many }) => {
  const searched = roots();
  const inForm = (anchor) => {
    const form = anchor.form || anchor.closest("form");
    if (!form) return [];
    return queryAll(searched, CONTROL).filter(
      (e) => (e.form === form || form.contains(e)) && !e.matches("a[href], [role=link], kat-link"),
    );
  };
  const pick = (candidate) => {
    let found;
    if (candidate.submit_of) {
      const anchors = queryAll(searched, candidate.submit_of).filter(isVisible);
      found = [...new Set(anchors.flatMap(inForm))].filter(
        (e) => e.localName !== "button" || (e.getAttribute("type") || "submit") === "submit",
      );
    } else if (candidate.css) {
      found = queryAll(searched, candidate.css);
    } else {
      found = queryAll(
        searched,
        candidate.role === "link"
          ? "a[href], [role=link], kat-link"
          : candidate.role === "button"
            ? CONTROL
            : candidate.role,
      );
    }
    if (candidate.within) found = found.filter((e) => e.closest(candidate.within));
    found = found.filter((e) => (candidate.hidden ? !isDecoy(e) : isVisible(e) && isEnabled(e)));
    if (candidate.names.length) {
      const named = found.filter((e) => candidate.names.includes(nameOf(e).replace(/[\s.!:…>»›]+$/, "")));
      found =
        named.length || candidate.match === "exact"
          ? named
          : found.filter((e) => candidate.names.some((name) => nameOf(e).includes(name)));
    }
    if (candidate.avoid.length) found = found.filter((e) => !candidate.avoid.some((word) => nameOf(e).includes(word)));
    found = [...new Set(found)];
    // A wrapper and the control inside it are one thing to press.
    return many ? found : found.filter((e) => !found.some((other) => holds(e, other)));
  };
  const seen = [];
  for (let index = 0; index < candidates.length; index++) {
    const found = pick(candidates[index]);
    seen.push(found.length);
    if (many ? found.length > 0 : found.length === 1)
      return { index, elements: found, seen, document: String(performance.timeOrigin) };
  }
  return { index: -1, elements: [], seen, document: String(performance.timeOrigin) };
};
