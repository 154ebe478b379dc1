/** `<sidestream-find>`, apart from the rest: pages without it load nothing of it. */
export { type FindDetail, type FindLabels, type FindSubmitDetail, SidestreamFind } from './page/element/find';
