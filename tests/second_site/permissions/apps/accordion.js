// Buttons with aria-expanded; a section's rows are made when it is opened; column words in a head row of the section.
root.append(h('h1',{},'User permissions'),h('p',{},TITLE),h('input',{type:'search',placeholder:'Search permissions'}),h('div',{html:TOP}));
DATA.forEach((g,gi)=>{const p=h('div',{id:'panel'+gi,hidden:true});const b=h('button',{type:'button','aria-expanded':'false','aria-controls':'panel'+gi,onclick:()=>{const o=b.getAttribute('aria-expanded')==='true';b.setAttribute('aria-expanded',String(!o));p.hidden=o;if(!p.dataset.done){p.dataset.done=1;setTimeout(()=>fill(p,g),150)}}},g.s);
root.append(h('h3',{},b),p);if(gi===0&&FIRST)b.click()});
function fill(p,g){p.append(h('div',{role:'table','aria-label':g.s},h('div',{role:'row'},h('span',{role:'columnheader'},'Permission'),COLS.map(c=>h('span',{role:'columnheader'},c))),g.rows.map(r=>h('div',{role:'row'},h('span',{role:'rowheader'},h('b',{},r.l),' ',h('small',{},r.d)),CO.map(c=>{const o=r.o.find(x=>x[0]===c);return h('span',{role:'cell'},o?h('input',{type:'radio',name:g.s+r.l+g.rows.indexOf(r),'aria-label':o[1],checked:o[2],disabled:OWN}):'')})))),h('div',{html:g.hook}))}
root.append(h('div',{html:END}));
if (!OWN) root.append(h('button', { type: 'button' }, 'Save Changes'));
