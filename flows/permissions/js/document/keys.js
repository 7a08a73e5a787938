// The keys that a listener asks for by name, as they would go down. The reading asks whether each of them is sent in
// the second look, and the second look sends them: both go by this.
const KEY_IS = /\.(key|code)\s*[!=]==?\s*(["'`])((?:(?!\2)[^\\$\n])*)\2/g,
  IS_KEY = /(["'`])((?:(?!\1)[^\\$\n])*)\1\s*[!=]==?\s*[\w$.]+\.(key|code)\b/g,
  NUMBER_IS = /\.(?:which|keyCode)\s*[!=]==?\s*(\d+)\b/g,
  IS_NUMBER = /(?<![\w.])(\d+)\s*[!=]==?\s*[\w$.]+\.(?:which|keyCode)\b/g,
  IN_LIST =
    /\[((?:\s*(?:"[^"\\\n]*"|'[^'\\\n]*'|`[^`\\$\n]*`)\s*,?)+)\]\s*\.\s*(?:includes|indexOf)\(\s*[\w$.]+\.(key|code)\s*\)/g;
const MOST_AT_ONCE = 200,
  MOST_GUESSED = 40;
const BY_NUMBER = {
  PageUp: 33,
  PageDown: 34,
  End: 35,
  Home: 36,
  ArrowLeft: 37,
  ArrowUp: 38,
  ArrowRight: 39,
  ArrowDown: 40,
  Shift: 16,
};
const number_of = (key) =>
  BY_NUMBER[key] ??
  (/^F\d{1,2}$/.test(key) ? 111 + +key.slice(1) : /^[a-z\d]$/i.test(key) ? key.toUpperCase().charCodeAt(0) : 0);
const code_of = (key) =>
  /^[a-z]$/i.test(key)
    ? `Key${key.toUpperCase()}`
    : /^\d$/.test(key)
      ? `Digit${key}`
      : key === "Shift"
        ? "ShiftLeft"
        : key;
const key_of_code = (code) =>
  /^Key[A-Z]$/.test(code) ? code[3].toLowerCase() : code.replace(/^(Digit|Numpad)(?=\d$)/, "");
const key_of_number = (number) =>
  Object.keys(BY_NUMBER).find((key) => BY_NUMBER[key] === number) ??
  (number > 111 && number < 136 ? `F${number - 111}` : String.fromCharCode(number));
const with_key = (key) => ({ key, code: code_of(key), keyCode: number_of(key) }),
  with_code = (code) => ({ ...with_key(key_of_code(code)), code }),
  with_number = (keyCode) => ({ ...with_key(key_of_number(keyCode)), keyCode });
// What presses, deletes or leaves is never sent.
const PRESSING = /^(enter|numpadenter| |space|spacebar|delete|backspace|escape|esc|tab)$/i,
  PRESSING_NUMBERS = new Set([8, 9, 13, 27, 32, 46]);
const may_go_down = ({ key, code, keyCode }) =>
  !PRESSING.test(key) && !PRESSING.test(code) && !PRESSING_NUMBERS.has(keyCode);
const all_of = (text, rule, pick) => [...text.matchAll(rule)].map(pick);
const named_in = (source) => {
  const named = [
    ...all_of(source, KEY_IS, (m) => [m[1], m[3]]),
    ...all_of(source, IS_KEY, (m) => [m[3], m[2]]),
    ...all_of(source, NUMBER_IS, (m) => ["number", +m[1]]),
    ...all_of(source, IS_NUMBER, (m) => ["number", +m[1]]),
    ...all_of(source, IN_LIST, (m) =>
      m[1].match(/"[^"]*"|'[^']*'|`[^`]*`/g).map((said) => [m[2], said.slice(1, -1)]),
    ).flat(),
  ];
  const of = (property) => [...new Set(named.filter(([what]) => what === property).map(([, said]) => said))];
  return { keys: of("key"), codes: of("code"), numbers: of("number") };
};
const NAMING = [KEY_IS, IS_KEY, NUMBER_IS, IS_NUMBER, IN_LIST];
// What a listener says of keys besides those that it names.
const besides_keys = (source) => NAMING.reduce((rest, rule) => rest.replace(rule, " "), source);
// Each key that is named, once: what opens at one press and closes at the next has to stay open.
const named_keys = (source) => {
  const { keys, codes, numbers } = named_in(source);
  return [...keys.map(with_key), ...codes.map(with_code), ...numbers.map(with_number)];
};
// What goes down for a listener: the keys that it names, and of one whose keys cannot be told, which is a gap or a
// library's, the first words that it holds.
const keys_for = (source) => {
  if (source.length > 20000) return [];
  const rest = besides_keys(source),
    asks = /\.(key|code|which|keyCode)\b|\bkey\b/.test(rest),
    words = asks ? all_of(source, /(["'`])([^"'`\n]{1,12})\1/g, (m) => with_key(m[2])) : [];
  return [...named_keys(source), ...words.slice(0, MOST_GUESSED)].filter(may_go_down);
};
