// A virtual list in a box of its own: absolutely placed rows, a dozen alive at a time; aria-rowcount told.
const items=[];for(const g of DATA){items.push({sec:g.s});for(const r of g.rows)items.push({row:r,g:g.s})}
const H=44,box=h('div',{class:'vbox',role:'grid','aria-label':'Permissions','aria-rowcount':String(items.length+1),tabindex:'0'}),inner=h('div',{role:'rowgroup',style:`position:relative;height:${items.length*H}px`});
root.append(h('h1',{},'User permissions'),h('p',{},TITLE),h('div',{html:TOP}),box);
box.append(h('div',{role:'row','aria-rowindex':'1',class:'sticky'},['Permission',...COLS].map(c=>h('span',{role:'columnheader'},c))),inner);
function paint(){const a=Math.max(0,Math.floor(box.scrollTop/H)-1),z=Math.min(STOP||items.length,a+12);inner.textContent='';for(let i=a;i<z;i++){const it=items[i],st=`position:absolute;top:${i*H}px;height:${H}px;left:0;right:0`;
if(it.sec)inner.append(h('div',{role:'row','aria-rowindex':String(i+2),style:st,class:'sec'},h('span',{role:'gridcell','aria-colspan':'5'},h('h3',{},it.sec))));
else{const r=it.row;inner.append(h('div',{role:'row','aria-rowindex':String(i+2),style:st},h('span',{role:'rowheader'},h('b',{},r.l)),CO.map(c=>{const o=r.o.find(x=>x[0]===c);return h('span',{role:'gridcell'},o?h('span',{role:'radio','aria-checked':String(o[2]),'aria-disabled':OWN?'true':null,'aria-label':o[1],tabindex:'-1',class:'dot'},o[2]?'◉':'○'):'')})))}}}
box.addEventListener('scroll',()=>requestAnimationFrame(paint));paint();root.append(h('div',{html:END}));
if (!OWN) root.append(h('button', { type: 'button' }, 'Save Changes'));
