/** `<sidestream-pick>`, as a separate entry: pages without it load none of its code. */
export { type PickDetail, type PickLabels, SidestreamPick } from './page/element/pick/sidestream-pick';
