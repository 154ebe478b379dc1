/** `<sidestream-find>`, apart from the rest: pages without it load nothing of it. */

export type { FindDetail, FindSubmitDetail } from './page/element/events';
export type { FindLabels } from './page/element/find/find-view';
export { SidestreamFind } from './page/element/find/sidestream-find';
