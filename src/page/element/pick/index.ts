export type { PickLabels } from './pick-labels';
export { type PickDetail, SidestreamPick } from './sidestream-pick';
