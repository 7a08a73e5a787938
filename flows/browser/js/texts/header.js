// What the first visible of each group of places says; a select says its chosen option.
(groups) => {
  const searched = roots();
  return groups.map((places) => {
    for (const css of places) {
      for (const element of queryAll(searched, css)) {
        const text = element.matches("select")
          ? element.selectedOptions[0]?.textContent
          : isVisible(element)
            ? element.innerText || spoken(element)
            : "";
        if ((text || "").trim()) return text.trim();
      }
    }
    return "";
  });
};
