// What scripts in a page are given (flows/browser/scripts.py), and what Chromium has beyond the standard.
declare const argument: any;
interface CSSStyleDeclaration {
  webkitTextSecurity: string;
}
