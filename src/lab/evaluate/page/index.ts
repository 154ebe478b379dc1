export { alarm, captionOf, cards, definitions, escaped, figure, htmlPage, list, note, section, table } from './html';
export { type Caption, FAINT, INK, picture, TEXT, whisker } from './picture';
