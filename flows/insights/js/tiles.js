// The data and the text of the Featured Offer tile (selectors/insights/tiles.toml). Presses nothing.
(rules) => ({
  data: rules.data.flatMap((css) => every(css)).map((element) => element.textContent || ""),
  texts: pierce(rules.text)
    .filter((one) => shown(one) && !one.querySelector("div"))
    .map(textOf),
});
