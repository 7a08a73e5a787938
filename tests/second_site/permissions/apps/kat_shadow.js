// kat-* with open shadow roots: radios inside the shadow, all sections open, a head row that sticks.
const def=(n,f)=>customElements.define(n,class extends HTMLElement{connectedCallback(){if(!this.shadowRoot){this.attachShadow({mode:'open'});f(this,this.shadowRoot)}}});
def('kat-radiobutton',(n,s)=>{s.innerHTML=`<label><input type="radio" ${n.hasAttribute('checked')?'checked':''} ${n.hasAttribute('disabled')?'disabled':''}><span part="label"></span></label>`;s.querySelector('span').textContent=n.getAttribute('label')||''});
def('kat-button',(n,s)=>{s.append(h('button',{},n.getAttribute('label')))});
def('kat-label',(n,s)=>{s.append(h('span',{},n.getAttribute('text')||''),h('slot'))});
root.append(h('h1',{},'Edit User Permissions'),h('p',{},TITLE),h('div',{html:TOP}));
for(const g of DATA){const b=h('div',{class:'block'});b.append(h('div',{class:'headrow'},h('h3',{},g.s),...['N','V','E','A'].map(c=>h('span',{class:'col'},LV[c]))));
for(const r of g.rows){b.append(h('div',{class:'prow'},h('div',{class:'pl'},h('b',{},r.l),h('div',{class:'pd'},r.d)),h('div',{class:'pr',role:'radiogroup','aria-label':r.l},r.o.map(o=>h('kat-radiobutton',{name:g.s+r.l+g.rows.indexOf(r),value:o[0],label:o[1],checked:o[2],disabled:OWN})))))}
b.append(h('div',{html:g.hook}));root.append(b)}
root.append(h('div',{html:END}));if(!OWN)root.append(h('kat-button',{label:'Save Changes',variant:'primary'}));
