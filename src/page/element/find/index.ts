export type { FindDetail, FindSubmitDetail } from './events';
export type { FindLabels } from './find-view';
export { SidestreamFind } from './sidestream-find';
