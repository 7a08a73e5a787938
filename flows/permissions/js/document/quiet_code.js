// What a function does, by its words: whether it may bring rows, or only hides, marks and notes.
const bare_source = (source) =>
  source
    .replace(/^(async\s+)?(?!function\b|if\b)[\w$]+\s*\(/, "(") // a method by its own name
    .replace(/\bfunction\s*\*?\s*[\w$]*/g, "function")
    .replace(/\/\*[\s\S]*?\*\/|(^|[^:"'`\\])\/\/[^\n]*/g, "$1")
    .replace(/(["'`])(?:\\.|(?!\1)[^\\])*\1/g, '""');
// Without a blank, as packed code is.
const is_dense = (source) => !/\n|\) \{|=> | =>|, \w|; |\S = /.test(bare_source(source));
// Calls that bring no rows, by their names; of two that could, by what they are called on or with.
const WORDS_OF_LANGUAGE = new Set(
  "if for while switch return function catch typeof in of do else await async void case throw delete".split(" "),
);
const QUIET = new Set(harmless_calls),
  GLOBALS = new Set(harmless_globals);
const shows_nothing = (source) => {
  const bare = bare_source(source);
  for (const [, before, name] of bare.matchAll(/([\w$\])]\s*\??\.\s*)?([A-Za-z_$][\w$]*)\s*(?:\?\.)?\s*\(/g)) {
    if (!before && WORDS_OF_LANGUAGE.has(name)) continue;
    // a function of the page's own may do anything, whatever it is called
    if (!before && !GLOBALS.has(name)) return false;
    if (/^(add|remove|toggle|replace)$/.test(name) && before) continue;
    if (!QUIET.has(name)) return false;
  }
  if (/\]\s*(\?\.)?\s*\(|\)\s*\?\.\s*\(/.test(bare)) return false; // whatever stands there is called
  if (/\.add\(/.test(bare) && !/classList\s*\??\.\s*add\(/.test(bare)) return false;
  if (
    /\.push\(/.test(bare) &&
    !/(dataLayer|_paq|_gaq|events|queue|clicks|log|logs|sent|seen|tracked|metrics|stats|buffer|records|beacons|hits|presses|moves)\s*\??\.\s*push\(/i.test(
      bare,
    )
  )
    return false;
  if (
    /\.setAttribute\(/.test(bare) &&
    !/\.setAttribute\(\s*["'`](aria-|class|hidden|style|tabindex|data-focus)/.test(source)
  )
    return false;
  for (const [, name] of bare.matchAll(/\.([\w$]+)\s*(?:[-+*/|&?]{0,2}=(?![=>])|\+\+|--)/g))
    if (!harmless_sets.includes(name)) return false;
  if (/\.open\s*=(?!=)/.test(bare) && !/\.open\s*=\s*(false|!1)/.test(bare)) return false;
  return !/\[[^\]]+\]\s*=(?![=>])|\bimport\s*\(|\bnew\s+(?!Set|Map|Date|URL\b)|`|\byield\b/.test(
    bare.replace(/\bsuper\b/g, ""),
  );
};
