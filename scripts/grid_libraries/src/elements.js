import {C, bySection, host} from "./common.js";
import "@ui5/webcomponents/dist/Select.js";
import "@ui5/webcomponents/dist/Option.js";
import "@ui5/webcomponents/dist/SegmentedButton.js";
import "@ui5/webcomponents/dist/SegmentedButtonItem.js";
import "@ui5/webcomponents/dist/RadioButton.js";
import "@vaadin/select";
import "@vaadin/combo-box";
import "@vaadin/radio-group";
import "@material/web/select/outlined-select.js";
import "@material/web/select/select-option.js";
import "@material/web/radio/radio.js";
import "@shoelace-style/shoelace/dist/themes/light.css";
import "@shoelace-style/shoelace";
const esc=s=>s.replace(/&/g,"&amp;").replace(/"/g,"&quot;");
const L=f=>host.insertAdjacentHTML("beforeend",bySection().map(([n,rr],i)=>`<section><h2>${esc(n)}</h2>${rr.map((r,j)=>`<div class="perm" style="display:flex;gap:8px"><div style="width:300px">${esc(r.label)}</div>${f(r,`p${i}_${j}`)}</div>`).join("")}</section>`).join(""));
const each=f=>bySection().forEach(([n,rr])=>{const s=document.createElement("section");s.innerHTML=`<h2>${esc(n)}</h2>`;host.append(s);rr.forEach(r=>{s.insertAdjacentHTML("beforeend",`<div class="perm" style="display:flex;gap:8px"><div style="width:300px">${esc(r.label)}</div></div>`);s.lastElementChild.append(f(r))})});
const make=(tag,props)=>Object.assign(document.createElement(tag),props);
const us=s=>s.replace(/ /g,"_");
const K={
  "vaadin-select":()=>each(r=>{const s=make("vaadin-select",{accessibleName:r.label,items:r.offered.map(o=>({label:o,value:o}))});s.value=r.held;return s}),
  "vaadin-combo":()=>each(r=>make("vaadin-combo-box",{accessibleName:r.label,items:r.offered,value:r.held,readonly:true})),
  "vaadin-radio":()=>L(r=>`<vaadin-radio-group accessible-name="${esc(r.label)}">${r.offered.map(o=>`<vaadin-radio-button value="${esc(o)}" label="${esc(o)}"${o===r.held?" checked":""}></vaadin-radio-button>`).join("")}</vaadin-radio-group>`),
  "ui5-select":()=>L(r=>`<ui5-select accessible-name="${esc(r.label)}">${r.offered.map(o=>`<ui5-option${o===r.held?" selected":""}>${esc(o)}</ui5-option>`).join("")}</ui5-select>`),
  "ui5-segmented":()=>L(r=>`<ui5-segmented-button accessible-name="${esc(r.label)}">${r.offered.map(o=>`<ui5-segmented-button-item${o===r.held?" selected":""}>${esc(o)}</ui5-segmented-button-item>`).join("")}</ui5-segmented-button>`),
  "ui5-radio":()=>L((r,i)=>`<div role="radiogroup" aria-label="${esc(r.label)}">${r.offered.map(o=>`<ui5-radio-button name="${i}" text="${esc(o)}"${o===r.held?" checked":""}></ui5-radio-button>`).join("")}</div>`),
  "md-select":()=>L(r=>`<md-outlined-select aria-label="${esc(r.label)}">${r.offered.map(o=>`<md-select-option value="${esc(o)}"${o===r.held?" selected":""}><div slot="headline">${esc(o)}</div></md-select-option>`).join("")}</md-outlined-select>`),
  "md-radio":()=>L((r,i)=>`<div role="radiogroup" aria-label="${esc(r.label)}">${r.offered.map((o,k)=>`<md-radio id="${i}_${k}" name="${i}" value="${esc(o)}" aria-label="${esc(o)}"${o===r.held?" checked":""}></md-radio><label for="${i}_${k}">${esc(o)}</label>`).join("")}</div>`),
  "sl-select":()=>L(r=>`<sl-select value="${us(r.held)}">${r.offered.map(o=>`<sl-option value="${us(esc(o))}">${esc(o)}</sl-option>`).join("")}</sl-select>`),
  "sl-radio":()=>L((r,i)=>`<sl-radio-group label="${esc(r.label)}" name="${i}" value="${esc(r.held)}">${r.offered.map(o=>`<sl-radio value="${esc(o)}">${esc(o)}</sl-radio>`).join("")}</sl-radio-group>`),
  "sl-radio-button":()=>L((r,i)=>`<sl-radio-group label="${esc(r.label)}" name="${i}" value="${esc(r.held)}">${r.offered.map(o=>`<sl-radio-button value="${esc(o)}">${esc(o)}</sl-radio-button>`).join("")}</sl-radio-group>`),
  "sl-range":()=>L(r=>`<sl-range label="${esc(r.label)}" min="0" max="2" value="${["None","View","View & Edit"].indexOf(r.held)}"></sl-range>`),
  "sl-rating":()=>L(r=>`<sl-rating label="${esc(r.label)}" max="3" value="${["None","View","View & Edit"].indexOf(r.held)+1}" readonly></sl-rating>`),
};
K[C.kit]();
