// A switch for universal admin above a plain list of radios with slotted inputs.
root.append(h('h1',{},'Edit User Permissions'),h('p',{},TITLE),h('div',{class:'uni'},h('span',{id:'ul'},'Grant Universal Site Admin Access'),h('button',{role:'switch','aria-checked':String(ON),'aria-labelledby':'ul',disabled:OWN})),h('div',{html:TOP}));
customElements.define('kat-radiobutton',class extends HTMLElement{connectedCallback(){if(this.shadowRoot)return;this.attachShadow({mode:'open'}).append(h('slot',{name:'radio'}),h('slot'))}});
let n=0;for(const g of DATA){root.append(h('h2',{},g.s));const t=h('div',{role:'grid','aria-label':g.s});for(const r of g.rows){n++;t.append(h('div',{role:'row'},h('div',{role:'gridcell'},h('b',{},r.l),h('br'),h('span',{},r.d)),h('div',{role:'gridcell'},r.o.map(o=>h('kat-radiobutton',{value:o[0]},h('input',{slot:'radio',type:'radio',name:'q'+n,id:`q${n}${o[0]}`,checked:o[2],disabled:OWN}),h('label',{for:`q${n}${o[0]}`},o[1]))))))}root.append(t,h('div',{html:g.hook}))}
root.append(h('div',{html:END}));
if (!OWN) root.append(h('button', { type: 'button' }, 'Save Changes'));
