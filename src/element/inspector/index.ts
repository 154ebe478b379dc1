export { SidestreamInspector } from './sidestream-inspector';
