// A vertical tab a section; one panel alive at a time; level text at the right.
const panel=h('div',{role:'tabpanel'}),list=h('div',{role:'tablist','aria-orientation':'vertical'});
const show=i=>{[...list.children].forEach((t,n)=>t.setAttribute('aria-selected',String(n===i)));const g=DATA[i];panel.textContent='';panel.append(h('h2',{},g.s),h('ul',{},g.rows.map(r=>h('li',{},h('b',{},r.l),h('span',{class:'lv'},r.h.join(' / '))))),h('div',{html:g.hook}))};
DATA.forEach((g,i)=>list.append(h('button',{role:'tab',type:'button',onclick:()=>show(i)},g.s)));
root.append(h('h1',{},'User permissions'),h('p',{},TITLE),h('div',{html:TOP}),list,panel,h('div',{html:END}));show(0);
