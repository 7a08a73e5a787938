// The texts that stand beside these words: the rest of their line, the line after it, and what comes before them on the
// line.
(words) => {
  const drawn = roots()
    .slice(1)
    .flatMap((root) => spoken(root.host).split("\n"));
  const fields = queryAll(roots(), "input[readonly], input[disabled]")
    .filter((e) => isRendered(e) && e.type !== "hidden")
    .map((e) => e.value);
  const lines = [...(document.body?.innerText || "").split("\n"), ...drawn]
    .map((line) => line.normalize("NFKC").trim())
    .filter(Boolean);
  const after = [],
    before = [];
  lines.forEach((line, index) => {
    const low = line.toLowerCase();
    const word = words.find((w) => low.includes(w));
    if (!word) return;
    const place = low.indexOf(word);
    const rest = line.slice(place + word.length);
    after.push(rest);
    if (!/[0-9]/.test(rest) && lines[index + 1]) after.push(lines[index + 1]);
    before.push(line.slice(0, place));
  });
  return [...fields, ...after, ...before].filter((text) => text.trim());
};
