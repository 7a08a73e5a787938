// What every application starts with: an element maker, the page's data (DATA), and its root.
const h = (tag, attributes = {}, ...kids) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value == null) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name === 'html') node.innerHTML = value;
    else node.setAttribute(name, value === true ? '' : value);
  }
  for (const kid of kids.flat(9)) if (kid != null) node.append(kid);
  return node;
};
