// Brings a row into view, covers everything private on the page, and gives the box around the row's parts in the
// window.
({ parts, css, most }) => {
  parts[parts.length - 1].scrollIntoView({ block: "center" });
  document.querySelectorAll(css).forEach((el) => {
    if (!parts.some((part) => el.contains(part) || part.contains(el))) el.style.filter = "blur(12px)";
  });
  const boxes = parts.map((part) => part.getBoundingClientRect()).filter((b) => b.width && b.height && b.height < most);
  const left = Math.min(...boxes.map((b) => b.left)),
    top = Math.min(...boxes.map((b) => b.top));
  const right = Math.max(...boxes.map((b) => b.right)),
    bottom = Math.max(...boxes.map((b) => b.bottom));
  return boxes.length && bottom - top < most
    ? { x: left, y: top, width: right - left, height: bottom - top }
    : { x: 0, y: 0, width: 0, height: 0 };
};
