export { SidestreamRows } from './sidestream-rows';
