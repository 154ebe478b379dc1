/** `<sidestream-inspector>`, apart from the rest: a shop's pages do without it. */
export { SidestreamInspector } from './element/inspector';
