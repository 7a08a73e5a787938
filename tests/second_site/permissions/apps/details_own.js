// details/summary, closed; inside, flex lines with label left and level right.
root.append(h('h1',{},'Your permissions'),h('p',{},TITLE),h('div',{html:TOP}));
for(const g of DATA)root.append(h('details',{},h('summary',{},g.s,h('span',{class:'n'},' ('+g.rows.length+')')),g.rows.map(r=>h('div',{class:'line'},h('div',{class:'a'},h('strong',{},r.l),r.d?h('p',{},r.d):null),h('div',{class:'b'},r.h.map(x=>h('span',{class:'badge'},x))))),h('div',{html:g.hook})));
root.append(h('div',{html:END}));
