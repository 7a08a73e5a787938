import {C, rows, MK, bySection, host} from "./common.js";
import Handsontable from "handsontable";
import "handsontable/styles/handsontable.css";
import "handsontable/styles/ht-theme-main.css";
import {createGrid, AllCommunityModule, ModuleRegistry} from "ag-grid-community";
ModuleRegistry.registerModules([AllCommunityModule]);
import {TabulatorFull as Tab} from "tabulator-tables";
import "tabulator-tables/dist/css/tabulator.min.css";
import "@vaadin/grid";
import "@vaadin/grid/vaadin-grid-tree-column.js";
import "@ui5/webcomponents/dist/Table.js";
import "@ui5/webcomponents/dist/TableRow.js";
import "@ui5/webcomponents/dist/TableCell.js";
import "@ui5/webcomponents/dist/TableHeaderRow.js";
import "@ui5/webcomponents/dist/TableHeaderCell.js";
import Swiper from "swiper/bundle";
import "swiper/css/bundle";
const said=r=>r.held||"Limited";
const LV=["None","View","View & Edit"];
const esc=s=>s.replace(/&/g,"&amp;").replace(/"/g,"&quot;");
const el=(h,p=host)=>{p.insertAdjacentHTML("beforeend",h);return p.lastElementChild};
const box=(n,style)=>{el(`<h2>${esc(n)}</h2>`);return el(`<div style="${style}"></div>`)};
const flat=rr=>rr.map(r=>({...r,...r.markets,held:said(r)}));
const at=m=>rows.map(r=>({...r,held:r.markets?r.markets[m]:r.held}));
const ag=(cols,opt={},rs=rows)=>bySection(rs).forEach(([n,rr])=>createGrid(box(n,"width:1000px"),{domLayout:"autoHeight",rowData:flat(rr),columnDefs:cols,...opt}));
const name={field:"label",headerName:"Permission",width:330};
const levels=make=>[name,...LV.map(l=>({headerName:l,colId:l,width:150,...make(l)}))];
const triple=rows.filter(r=>r.offered.length===3||r.held==="None"||!r.held); // a boolean column draws a box for each level
const find=p=>rows.find(r=>r.label===p.data.label);
const vaadin=(cols,height="")=>bySection().forEach(([n,rr])=>{const g=document.createElement("vaadin-grid");g.style.cssText=height||"";if(!height)g.allRowsVisible=true;for(const[path,header]of cols){const c=document.createElement("vaadin-grid-column");c.path=path;c.header=header;c.width=path==="label"?"320px":"170px";c.flexGrow=0;g.append(c)}g.items=flat(rr);el(`<h2>${esc(n)}</h2>`);host.append(g)});
const ui5=(cols,mode)=>bySection().forEach(([n,rr])=>{el(`<h2>${esc(n)}</h2>`);el(`<div style="width:1000px"><ui5-table overflow-mode="${mode}"><ui5-table-header-row slot="headerRow">${cols.map(([,h])=>`<ui5-table-header-cell min-width="170px"><span>${h}</span></ui5-table-header-cell>`).join("")}</ui5-table-header-row>${flat(rr).map(r=>`<ui5-table-row>${cols.map(([f])=>`<ui5-table-cell><span>${esc(r[f])}</span></ui5-table-cell>`).join("")}</ui5-table-row>`).join("")}</ui5-table></div>`)});
const markets=[["label","Permission"],...MK.map(m=>[m,m])],one=[["label","Permission"],["held","Access level"]];
const slides=MK.slice(0,3);
const K={
  "ag-text":()=>ag([name,{field:"held",headerName:"Access level",width:200}]),
  "ag-pinned":()=>ag([{...name,pinned:"left"},...MK.map(m=>({field:m,headerName:m,width:170}))]),
  "ag-tick":()=>ag(levels(l=>({cellRenderer:p=>{const r=find(p);if(!r.offered.includes(l))return"";const x=document.createElement("input");x.type="checkbox";x.checked=r.held===l;x.disabled=true;x.setAttribute("aria-label",l);return x}}))),
  "ag-boolean":()=>ag(levels(l=>({valueGetter:p=>find(p).held===l,cellDataType:"boolean"})),{},triple),
  "hot-markets":()=>bySection().forEach(([n,rr])=>new Handsontable(box(n,"width:1000px"),{licenseKey:"non-commercial-and-evaluation",readOnly:true,height:"auto",width:1000,data:flat(rr),colHeaders:markets.map(c=>c[1]),columns:markets.map(([data],i)=>({data,width:i?150:300}))})),
  "hot-text":()=>bySection().forEach(([n,rr])=>new Handsontable(box(n,"width:800px"),{licenseKey:"non-commercial-and-evaluation",readOnly:true,height:"auto",data:flat(rr),colHeaders:["Permission","Access level"],columns:[{data:"label",width:300},{data:"held",width:150}]})),
  "tabulator-groups":()=>new Tab(el('<div style="width:800px"></div>'),{data:flat(rows),groupBy:"section",columns:[{title:"Permission",field:"label",width:350},{title:"Access level",field:"held"}]}),
  "vaadin-grid":()=>vaadin(one), "vaadin-rows":()=>vaadin(one,"height:180px"), "vaadin-markets":()=>vaadin(markets),
  "ui5-table":()=>ui5(one,"Scroll"), "ui5-popin":()=>ui5(markets.slice(0,C.columns||10),"Popin"),
  "swiper":()=>{const s=el(`<div class="swiper" style="width:900px"><div class="swiper-wrapper">${slides.map(m=>`<div class="swiper-slide"><h2>${m}</h2>${bySection(at(m)).map(([n,rr])=>`<h3>${esc(n)}</h3>`+rr.map(r=>`<div style="display:flex"><div style="width:300px">${esc(r.label)}</div><div>${esc(said(r))}</div></div>`).join("")).join("")}</div>`).join("")}</div><div class="swiper-button-prev"></div><div class="swiper-button-next"></div></div>`);new Swiper(s,{navigation:{nextEl:".swiper-button-next",prevEl:".swiper-button-prev"}})},
};
K[C.kit]();
