export type { FindLabels } from './find-view';
export { type FindDetail, type FindSubmitDetail, SidestreamFind } from './sidestream-find';
