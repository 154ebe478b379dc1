/** `<sidestream-inspector>`, as a separate entry: most pages of a shop do not need it. */
export { type InspectorView, SidestreamInspector } from './page/element/inspector/sidestream-inspector';
