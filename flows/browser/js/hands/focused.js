// The element of this document that takes keys, through open shadow roots; null when it is another document's, or
// nothing does.
() => {
  if (!document.hasFocus()) return null;
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return !element || element === document.body || element.matches("iframe, frame") ? null : element;
};
