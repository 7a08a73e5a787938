// What the items of an account picker say. Order is the page's; a column is one list of the older generation.
(elements) => {
  const columns = [];
  return elements.map((element) => {
    const row =
      element.closest(
        "[class*=switcher-account]:not(span):not(button):not([class*=label]), li, [role=treeitem], [role=option]",
      ) || element;
    const list = element.parentElement;
    if (!columns.includes(list)) columns.push(list);
    const own = [element, ...element.querySelectorAll("*"), row];
    const told = own
      .map((e) => `${e.className?.baseVal ?? e.className} ${e.getAttribute("data-test") || ""}`)
      .join(" ")
      .toLowerCase();
    return {
      label: (element.innerText ?? element.textContent ?? "").trim(),
      attributes: own.flatMap((e) =>
        [...e.attributes].filter((a) => a.name !== "class" && a.name !== "style").map((a) => a.value),
      ),
      column: columns.indexOf(list),
      enabled: isEnabled(element),
      expanded: element.getAttribute("aria-expanded") === "true" || /expanded/.test(told),
      selected:
        /(^|[^n])selected|\bactive\b|is-current/.test(told) ||
        ["aria-selected", "aria-checked", "aria-pressed", "aria-current"].some((a) =>
          ["true", "page"].includes(element.getAttribute(a)),
        ),
    };
  });
};
