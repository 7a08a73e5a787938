// Cards; a strip of buttons a row, the held one aria-pressed.
root.append(h('h1',{},'Edit User Permissions'),h('p',{},TITLE),h('div',{html:TOP}));
for(const g of DATA)root.append(h('section',{'aria-label':g.s,class:'card'},h('header',{},h('h2',{},g.s)),g.rows.map(r=>h('article',{class:'p'},h('h4',{},r.l),r.d?h('p',{},r.d):null,h('div',{role:'group','aria-label':r.l,class:'seg'},r.o.map(o=>h('button',{type:'button','aria-pressed':String(o[2]),disabled:OWN,class:o[2]?'on':''},o[1]))))),h('div',{html:g.hook})));
root.append(h('div',{html:END}));
if (!OWN) root.append(h('button', { type: 'button' }, 'Save Changes'));
