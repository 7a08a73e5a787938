// A table in pages of 20 rows, 'Showing 1-20 of N', Next.
const all=[];for(const g of DATA)for(const r of g.rows)all.push([g.s,r]);const N=20;let p=0;
const box=h('div'),say=h('span'),next=h('button',{type:'button','aria-label':'Next page',onclick:()=>{p++;show()}},'Next'),prev=h('button',{type:'button','aria-label':'Previous page',onclick:()=>{p--;show()}},'Previous');
const show=()=>{const part=all.slice(p*N,p*N+N);box.textContent='';let t,s;for(const[g,r]of part){if(g!==s){s=g;box.append(h('h3',{},g),t=h('table',{},h('tr',{},h('th',{},'Permission'),h('th',{},'Level'))))}t.append(h('tr',{},h('td',{},r.l),h('td',{},r.h.join(' / '))))}say.textContent=`Showing ${p*N+1}-${p*N+part.length} of ${all.length}`;prev.disabled=p===0;next.disabled=(p+1)*N>=all.length};
root.append(h('h1',{},'User permissions'),h('p',{},TITLE),h('div',{html:TOP}),box,h('nav',{'aria-label':'Pagination'},prev,say,next),h('div',{html:END}));show();
