export type { FindLabels } from './find-labels';
export { type FindDetail, type FindSubmitDetail, SidestreamFind } from './sidestream-find';
