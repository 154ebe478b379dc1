export { type PickDetail, type PickLabels, SidestreamPick } from './sidestream-pick';
