import React from "react";
import {createRoot} from "react-dom/client";
import {C, bySection, host} from "./common.js";
import {Provider, defaultTheme, Picker, Item, RadioGroup, Radio} from "@adobe/react-spectrum";
const S=f=>bySection().map(([n,rr])=><section key={n}><h2>{n}</h2>{rr.map(r=><div className="perm" key={r.label} style={{display:"flex",gap:10}}><div style={{width:300}}>{r.label}</div><div>{f(r)}</div></div>)}</section>);
const K={"picker":()=>S(r=><Picker aria-label={r.label} defaultSelectedKey={r.held||null}>{r.offered.map(o=><Item key={o}>{o}</Item>)}</Picker>),
  "radio":()=>S(r=><RadioGroup aria-label={r.label} orientation="horizontal" defaultValue={r.held}>{r.offered.map(o=><Radio key={o} value={o}>{o}</Radio>)}</RadioGroup>)};
createRoot(host).render(<Provider theme={defaultTheme} colorScheme="light">{K[C.kit]()}</Provider>);
