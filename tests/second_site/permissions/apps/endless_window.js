// The window scrolls; a sentinel at the end asks for twenty more rows; levels as text.
const items=[];for(const g of DATA){items.push({sec:g.s});for(const r of g.rows)items.push({row:r})}
const list=h('div',{class:'list'}),end=h('div',{class:'sentinel',style:'height:30px'},'');
root.append(h('h1',{},'Your permissions'),h('p',{},TITLE),h('div',{html:TOP}),list,end,h('div',{html:END}));let at=0;
function more(){const z=Math.min(items.length,at+20);for(;at<z;at++){const it=items[at];list.append(it.sec?h('h3',{class:'sh'},it.sec):h('div',{class:'it',style:'display:flex;height:48px'},h('div',{style:'flex:3'},h('b',{},it.row.l)),h('div',{style:'flex:1'},it.row.h.join(' / '))))}if(at>=items.length)end.remove()}
more();let busy=false;new IntersectionObserver(es=>{if(es[0].isIntersecting&&!busy){busy=true;end.textContent='Loading…';if(STUCK&&at>=40)return;setTimeout(()=>{more();end.textContent='';busy=false;},250)}}).observe(end);
setInterval(()=>{if(!busy&&end.isConnected&&end.getBoundingClientRect().top<innerHeight){busy=true;setTimeout(()=>{more();busy=false},250)}},400);
