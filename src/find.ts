/** `<sidestream-find>`, apart from the rest: pages without it load nothing of it. */

export type { FindLabels } from './page/element/find/find-view';
export type { FindDetail, FindSubmitDetail } from './page/element/find/search';
export { SidestreamFind } from './page/element/find/sidestream-find';
