// role=list of role=listitem; the label is a paragraph, 'Access level: View' below it; sections are regions.
root.append(h('h1',{},'My permissions'),h('p',{},TITLE),h('div',{html:TOP}));
DATA.forEach((g,i)=>root.append(h('div',{role:'region','aria-labelledby':'t'+i},h('div',{id:'t'+i,role:'heading','aria-level':'2'},g.s),h('div',{role:'list'},g.rows.map(r=>h('div',{role:'listitem'},h('p',{class:'ttl'},r.l),r.d?h('p',{class:'dsc'},r.d):null,h('p',{class:'lvl'},h('span',{class:'k'},'Access level: '),h('span',{class:'v'},r.h.join(' / ')))))),h('div',{html:g.hook}))));
root.append(h('div',{html:END}));
