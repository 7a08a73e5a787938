// Finding elements through open shadow roots, and the text that a person sees in them. Prepended to the other scripts
// of this folder.
const roots = (from) => {
  const found = [from, from.shadowRoot].filter(Boolean);
  for (let i = 0; i < found.length; i++)
    for (const element of found[i].querySelectorAll("*")) if (element.shadowRoot) found.push(element.shadowRoot);
  return found;
};
const shown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
const below = (from, css) => roots(from).flatMap((root) => [...root.querySelectorAll(css)]);
const every = (css) => below(document, css);
const visible = (css) => every(css).filter(shown);
// As a selector of descendants, where a shadow root may lie between any two of its parts.
const pierce = (css) =>
  css.split(" ").reduce((from, part) => [...new Set(from.flatMap((one) => below(one, part)))], [document]);
const textOf = (element) => (element.innerText || "").replace(/\s+/g, " ").trim();
