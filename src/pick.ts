/** `<sidestream-pick>`, apart from the rest: pages without it load nothing of it. */
export { type PickDetail, type PickLabels, SidestreamPick } from './page/element/pick';
