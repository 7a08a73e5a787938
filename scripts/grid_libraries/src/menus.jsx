import React from "react";
import {createRoot} from "react-dom/client";
import {C, rows, bySection, host} from "./common.js";
import * as FU from "@fluentui/react-components";
import {MantineProvider, Select as MSel, Table as MTab, SegmentedControl as MSeg, Radio as MRad} from "@mantine/core";
import "@mantine/core/styles.css";
import * as AR from "react-aria-components";
import * as RSel from "@radix-ui/react-select";
import * as RRad from "@radix-ui/react-radio-group";
import * as RTog from "@radix-ui/react-toggle-group";
import * as HL from "@headlessui/react";
import RS from "react-select";
const Row=(f)=>r=><div className="perm" key={r.label} style={{display:"flex",gap:10}}><div style={{width:300}}>{r.label}</div><div>{f(r)}</div></div>;
const S=f=>bySection().map(([n,rr])=><section key={n}><h2>{n}</h2>{rr.map(Row(f))}</section>);
const said=r=>r.held||"Limited";
const chosen=r=>r.held?[r.held]:[];
const FuSel=({r})=><FU.Dropdown aria-label={r.label} defaultValue={r.held} defaultSelectedOptions={chosen(r)}>{r.offered.map(o=><FU.Option key={o} value={o}>{o}</FU.Option>)}</FU.Dropdown>;
const FuRad=({r})=><FU.RadioGroup layout="horizontal" aria-label={r.label} defaultValue={r.held}>{r.offered.map(o=><FU.Radio key={o} value={o} label={o}/>)}</FU.RadioGroup>;
const fuCols=[FU.createTableColumn({columnId:"p",renderHeaderCell:()=>"Permission",renderCell:r=>r.label}),FU.createTableColumn({columnId:"l",renderHeaderCell:()=>"Access level",renderCell:said})];
const fuGrid=()=>bySection().map(([n,rr])=><section key={n}><h2>{n}</h2><FU.DataGrid items={rr} columns={fuCols} getRowId={r=>r.label}><FU.DataGridHeader><FU.DataGridRow>{({renderHeaderCell})=><FU.DataGridHeaderCell>{renderHeaderCell()}</FU.DataGridHeaderCell>}</FU.DataGridRow></FU.DataGridHeader><FU.DataGridBody>{({item,rowId})=><FU.DataGridRow key={rowId}>{({renderCell})=><FU.DataGridCell>{renderCell(item)}</FU.DataGridCell>}</FU.DataGridRow>}</FU.DataGridBody></FU.DataGrid></section>);
const ArSel=({r})=><AR.Select aria-label={r.label} defaultSelectedKey={r.held||null}><AR.Button><AR.SelectValue/><span aria-hidden="true">▼</span></AR.Button><AR.Popover><AR.ListBox>{r.offered.map(o=><AR.ListBoxItem key={o} id={o}>{o}</AR.ListBoxItem>)}</AR.ListBox></AR.Popover></AR.Select>;
const ArList=({r})=><AR.ListBox aria-label={r.label} orientation="horizontal" selectionMode="single" disallowEmptySelection defaultSelectedKeys={chosen(r)} style={{display:"flex",gap:10}}>{r.offered.map(o=><AR.ListBoxItem key={o} id={o}>{o}</AR.ListBoxItem>)}</AR.ListBox>;
const ArRad=({r})=><AR.RadioGroup aria-label={r.label} orientation="horizontal" defaultValue={r.held} style={{display:"flex",gap:10}}>{r.offered.map(o=><AR.Radio key={o} value={o}>{o}</AR.Radio>)}</AR.RadioGroup>;
const arGrid=()=>bySection().map(([n,rr])=><section key={n}><h2>{n}</h2><AR.GridList aria-label={n}>{rr.map(r=><AR.GridListItem key={r.label} id={r.label} textValue={r.label} style={{display:"flex"}}><span style={{width:300}}>{r.label}</span><span>{said(r)}</span></AR.GridListItem>)}</AR.GridList></section>);
const arTable=()=>bySection().map(([n,rr])=><section key={n}><h2>{n}</h2><AR.Table aria-label={n}><AR.TableHeader><AR.Column isRowHeader>Permission</AR.Column><AR.Column>Access level</AR.Column></AR.TableHeader><AR.TableBody>{rr.map(r=><AR.Row key={r.label} id={r.label}><AR.Cell>{r.label}</AR.Cell><AR.Cell>{said(r)}</AR.Cell></AR.Row>)}</AR.TableBody></AR.Table></section>);
const RxSel=({r})=><RSel.Root defaultValue={r.held||undefined}><RSel.Trigger aria-label={r.label}><RSel.Value placeholder="Choose"/></RSel.Trigger><RSel.Portal><RSel.Content><RSel.Viewport>{r.offered.map(o=><RSel.Item key={o} value={o}><RSel.ItemText>{o}</RSel.ItemText></RSel.Item>)}</RSel.Viewport></RSel.Content></RSel.Portal></RSel.Root>;
const RxRad=({r,i=r.label.replace(/\W/g,"")})=><RRad.Root defaultValue={r.held} aria-label={r.label} style={{display:"flex",gap:10}}>{r.offered.map(o=><span key={o}><RRad.Item value={o} id={i+o}><RRad.Indicator>●</RRad.Indicator></RRad.Item><label htmlFor={i+o}>{o}</label></span>)}</RRad.Root>;
const RxTog=({r})=><RTog.Root type="single" defaultValue={r.held} aria-label={r.label}>{r.offered.map(o=><RTog.Item key={o} value={o}>{o}</RTog.Item>)}</RTog.Root>;
const HlSel=({r})=>{const[v,s]=React.useState(r.held||"Choose");return <HL.Listbox value={v} onChange={s}><HL.ListboxButton aria-label={r.label+" "+v}>{v}</HL.ListboxButton><HL.ListboxOptions anchor="bottom" style={{background:"#fff"}}>{r.offered.map(o=><HL.ListboxOption key={o} value={o}>{o}</HL.ListboxOption>)}</HL.ListboxOptions></HL.Listbox>};
const HlRad=({r})=><HL.RadioGroup defaultValue={r.held} aria-label={r.label} style={{display:"flex",gap:10}}>{r.offered.map(o=><HL.Radio key={o} value={o} aria-label={o} as="span">{({checked})=><><i style={{display:"inline-block",width:12,height:12,borderRadius:6,border:"1px solid",background:checked?"#06c":"none"}}/> <span>{o}</span></>}</HL.Radio>)}</HL.RadioGroup>;
const opts=r=>r.offered.map(o=>({value:o,label:o}));
const RsSel=({r})=><div style={{width:220}}><RS aria-label={r.label} defaultValue={r.held?{value:r.held,label:r.held}:null} options={opts(r)} isSearchable={C.search!==false}/></div>;
const MtSel=({r})=><MSel aria-label={r.label} data={r.offered} defaultValue={r.held||null} allowDeselect={false}/>;
const MtSeg=({r})=><MSeg aria-label={r.label} data={r.offered} defaultValue={r.held||""}/>;
const MtRad=({r})=><MRad.Group aria-label={r.label} defaultValue={r.held}><div style={{display:"flex",gap:10}}>{r.offered.map(o=><MRad key={o} value={o} label={o}/>)}</div></MRad.Group>;
const mtTable=()=>bySection().map(([n,rr])=><section key={n}><h2>{n}</h2><MTab><MTab.Thead><MTab.Tr><MTab.Th>Permission</MTab.Th><MTab.Th>Access level</MTab.Th></MTab.Tr></MTab.Thead><MTab.Tbody>{rr.map(r=><MTab.Tr key={r.label}><MTab.Td>{r.label}</MTab.Td><MTab.Td>{said(r)}</MTab.Td></MTab.Tr>)}</MTab.Tbody></MTab></section>);
const K = {
  "fluent-dropdown":()=>S(r=><FuSel r={r}/>), "fluent-radio":()=>S(r=><FuRad r={r}/>), "fluent-datagrid":fuGrid,
  "aria-select":()=>S(r=><ArSel r={r}/>), "aria-listbox":()=>S(r=><ArList r={r}/>), "aria-radio":()=>S(r=><ArRad r={r}/>), "aria-gridlist":arGrid, "aria-table":arTable,
  "radix-select":()=>S(r=><RxSel r={r}/>), "radix-radio":()=>S(r=><RxRad r={r}/>), "radix-toggle":()=>S(r=><RxTog r={r}/>),
  "headless-listbox":()=>S(r=><HlSel r={r}/>), "headless-radio":()=>S(r=><HlRad r={r}/>),
  "react-select":()=>S(r=><RsSel r={r}/>),
  "mantine-select":()=>S(r=><MtSel r={r}/>), "mantine-segmented":()=>S(r=><MtSeg r={r}/>), "mantine-radio":()=>S(r=><MtRad r={r}/>), "mantine-table":mtTable,
};
createRoot(host).render(<FU.FluentProvider theme={FU.webLightTheme}><MantineProvider>{K[C.kit]()}</MantineProvider></FU.FluentProvider>);
