// Ask once more for the pictures that were stopped, now that a person looks.
() => {
  let asked = 0;
  for (const element of queryAll(roots(), "img, input[type=image], *")) {
    if (element.matches("img, input[type=image]")) {
      const source = element.getAttribute("src");
      if (source && !(element.complete && element.naturalWidth > 0)) {
        element.setAttribute("src", source);
        asked++;
      }
    } else if (/url\(["']?https/.test(getComputedStyle(element).backgroundImage)) {
      const background = getComputedStyle(element).backgroundImage;
      element.style.backgroundImage = "none";
      requestAnimationFrame(() => (element.style.backgroundImage = background));
      asked++;
    }
  }
  return asked;
};
