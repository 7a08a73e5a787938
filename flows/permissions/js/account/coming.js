// What the page will call again, here and in its frames, where its words do not prove that it brings no rows.
const clocks_of = (win) => {
  try {
    const inner = [...win.document.querySelectorAll("iframe, frame")].map((frame) => frame.contentWindow);
    return [win[Symbol.for("turns")], ...inner.filter(Boolean).flatMap(clocks_of)].filter(Boolean);
  } catch {
    return []; // of another origin: the frame itself is a gap
  }
};
// That it is called once more brings nothing by itself.
const SETS = "(\\b(window|self|globalThis)\\s*\\.\\s*)?\\b(setTimeout|requestAnimationFrame|requestIdleCallback)";
const without_itself = ({ words, name }) => {
  if (!/^[\w$]+$/.test(name)) return words;
  const own = new RegExp(`${SETS}\\s*\\(\\s*${name.replace(/\$/g, "\\$")}\\s*(?=[,)])`, "g");
  return words.replace(own, "clearTimeout(0");
};
// One that looks where a part stands waits until it is scrolled to, and each part was.
const looks_where = (words) =>
  /getBoundingClientRect\(\)\s*\.\s*(top|bottom)\b/.test(words) && /\b(innerHeight|clientHeight)\b/.test(words);
const is_native = (words) => /\{\s*\[native code\]\s*\}\s*$/.test(words);
const brings = ({ words, name, of_file }) => {
  if (of_file && (is_native(words) || is_dense(words))) return false; // as listeners of such a file
  return (
    words.length > 20000 || is_native(words) || !(shows_nothing(without_itself({ words, name })) || looks_where(words))
  );
};
const coming = () => [
  ...new Set(
    clocks_of(window)
      .flatMap((clock) => clock.open())
      .filter(brings)
      .map((one) => one.words),
  ),
];
