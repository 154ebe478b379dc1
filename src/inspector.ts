/** `<sidestream-inspector>`, apart from the rest: a shop's pages do without it. */
export { type InspectorView, SidestreamInspector } from './page/element/inspector';
