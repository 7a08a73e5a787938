// What elements say, in the order given: text, attributes worth knowing, and whether they are visible.
(elements) =>
  elements.map((element) => ({
    text:
      (element.innerText ?? element.textContent ?? "").trim() ||
      (element.getAttribute("label") || element.getAttribute("aria-label") || "").trim(),
    value: element.value ?? element.getAttribute("value") ?? "",
    visible: isVisible(element),
  }));
