// Sections of which one alone is open: opening another closes it and takes its rows away.
root.append(h('h1', {}, 'User permissions'), h('p', {}, TITLE));
const parts = [];
const open = (g, button, panel) => {
  const was = button.getAttribute('aria-expanded') === 'true';
  for (const [b, p] of parts) { b.setAttribute('aria-expanded', 'false'); p.hidden = true; p.textContent = ''; }
  if (was) return;
  button.setAttribute('aria-expanded', 'true');
  panel.hidden = false;
  panel.append(g.rows.map((r) => h('div', { class: 'r' }, h('span', {}, r.l), h('em', {}, r.h.join(' / ')))).reduce((all, row) => (all.append(row), all), document.createDocumentFragment()), h('div', { html: g.hook }));
};
for (const g of DATA) {
  const panel = h('div', { hidden: true }), button = h('button', { 'aria-expanded': 'false', onclick: () => open(g, button, panel) }, g.s);
  parts.push([button, panel]);
  root.append(h('div', {}, button, panel));
}
root.append(h('div', { html: END }));
