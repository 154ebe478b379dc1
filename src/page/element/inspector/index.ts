export { type InspectorView, SidestreamInspector } from './sidestream-inspector';
