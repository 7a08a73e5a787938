// The texts of the account health page, by the ids of `rules` (selectors/insights/health.toml, [page]). Presses
// nothing.
(rules) => {
  const within = (element, css) =>
    [...element.querySelectorAll(css)].filter((one) => shown(one) && !one.querySelector(css)).map(textOf);
  const row = (rule) => {
    const found = visible(rule.row);
    if (!found.length) return null;
    if (found.length > 1 && !rule.first) return { several: true, values: [], counts: [], none: [] };
    const columns = [...found[0].querySelectorAll(rules.column)].filter(shown);
    const cell = columns.length > 1 ? columns[1] : found[0];
    return {
      several: false,
      values: within(cell, rules.value),
      counts: within(cell, rules.counts),
      none: within(cell, rules.none),
    };
  };
  const single = {};
  for (const css of [...Object.keys(rules.single_rates), ...Object.keys(rules.single_counts)])
    single[css] = visible(css).map(textOf);
  return {
    rates: rules.rates.map(row),
    defects: rules.defects.map(row),
    single,
    scores: visible(rules.rating.score).map(textOf),
    bands: Object.keys(rules.bands).filter((band) => visible(rules.bands[band]).length),
  };
};
