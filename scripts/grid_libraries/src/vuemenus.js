import {C, bySection, host} from "./common.js";
import {createApp, h, ref} from "vue";
import {NSelect} from "naive-ui";
import {createVuetify} from "vuetify";
import {VApp, VSelect, VBtnToggle, VBtn, VRadioGroup, VRadio} from "vuetify/components";
import "vuetify/styles";
import {ElSelect, ElOption, ElRadioGroup, ElRadio} from "element-plus";
import "element-plus/dist/index.css";
const S=f=>bySection().map(([n,rr])=>h("section",[h("h2",n),...rr.map(r=>h("div",{class:"perm",style:"display:flex;gap:8px"},[h("div",{style:"width:300px"},r.label),h("div",{style:"width:300px"},[h(f(r))])]))]));
const one=f=>r=>({setup(){const v=ref(r.held||null);return()=>f(r,v)}});
const K={
  "naive-select":one((r,v)=>h(NSelect,{value:v.value,options:r.offered.map(o=>({label:o,value:o})),"onUpdate:value":x=>v.value=x})),
  "vuetify-select":one((r,v)=>h(VSelect,{modelValue:v.value,items:r.offered,"aria-label":r.label,"onUpdate:modelValue":x=>v.value=x})),
  "vuetify-toggle":one((r,v)=>h(VBtnToggle,{modelValue:v.value,mandatory:!!r.held,"aria-label":r.label},()=>r.offered.map(o=>h(VBtn,{value:o},()=>o)))),
  "vuetify-radio":one((r,v)=>h(VRadioGroup,{modelValue:v.value,inline:true,"aria-label":r.label},()=>r.offered.map(o=>h(VRadio,{value:o,label:o})))),
  "element-select":one((r,v)=>h(ElSelect,{modelValue:v.value,ariaLabel:r.label},()=>r.offered.map(o=>h(ElOption,{key:o,label:o,value:o})))),
  "element-radio":one((r,v)=>h(ElRadioGroup,{modelValue:v.value,ariaLabel:r.label},()=>r.offered.map(o=>h(ElRadio,{key:o,value:o},()=>o)))),
};
const app=createApp({render:()=>C.kit.startsWith("vuetify")?h(VApp,()=>S(K[C.kit])):S(K[C.kit])});
app.use(createVuetify());
app.mount(host);
