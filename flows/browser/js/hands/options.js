// The options of a native list that opens in a window of its own, which no picture shows; null for anything else.
(element) => {
  const list =
    element.closest("select") ||
    (element.closest("label")?.control?.localName === "select" ? element.closest("label").control : null);
  if (!list || list.disabled || list.multiple || list.size > 1) return null;
  return {
    name: nameOf(list).slice(0, 200),
    options: [...list.options].slice(0, 500).map((option, index) => ({
      index,
      label: option.label.slice(0, 200),
      selected: option.selected,
      disabled: option.disabled || (option.parentElement.localName === "optgroup" && option.parentElement.disabled),
    })),
  };
};
