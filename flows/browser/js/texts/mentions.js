// Whether the visible text holds one of these.
(values) => {
  const text = squeeze(
    [
      document.body?.innerText || "",
      ...roots()
        .slice(1)
        .map((root) => spoken(root.host)),
    ].join("\n"),
  );
  return values.some((value) => text.includes(squeeze(value)));
};
