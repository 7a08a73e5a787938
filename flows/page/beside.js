// The texts that stand beside these words: the rest of their line, and the next one.
(words) => {
  const lines = (document.body?.innerText || "").split("\n").map((line) => line.trim()).filter(Boolean);
  const found = [];
  lines.forEach((line, index) => {
    const low = squeeze(line);
    const word = words.find((w) => low.includes(w));
    if (!word) return;
    found.push(line.slice(low.indexOf(word) + word.length));
    if (!/\d/.test(found.at(-1)) && lines[index + 1]) found.push(lines[index + 1]);
  });
  return found;
}
