/** `<sidestream-rows>`, as a separate entry: pages without it load none of its code. */
export { SidestreamRows } from './page/element/rows/sidestream-rows';
