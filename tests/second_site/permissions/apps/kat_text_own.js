// Own view: kat-table with text cells, sections as kat-expander with a shadow button and slotted content.
customElements.define('kat-expander',class extends HTMLElement{connectedCallback(){if(this.shadowRoot)return;const s=this.attachShadow({mode:'open'}),c=h('div',{class:'content',hidden:true},h('slot')),b=h('button',{'aria-expanded':'false',onclick:()=>{const o=b.getAttribute('aria-expanded')==='true';b.setAttribute('aria-expanded',String(!o));c.hidden=o}},this.getAttribute('label'));s.append(b,c)}});
for(const n of ['kat-table','kat-table-body','kat-table-row','kat-table-cell'])customElements.define(n,class extends HTMLElement{});
root.append(h('h1',{},'User permissions'),h('p',{},TITLE),h('div',{html:TOP}));
for(const g of DATA)root.append(h('kat-expander',{label:g.s},h('kat-table',{},h('kat-table-body',{},g.rows.map(r=>h('kat-table-row',{},h('kat-table-cell',{},h('strong',{},r.l),r.d?h('div',{class:'hint'},r.d):null),h('kat-table-cell',{},r.h.join(' / ')))))),h('div',{html:g.hook})));
root.append(h('div',{html:END}));
