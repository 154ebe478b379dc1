export { alarm, cards, definitions, escaped, figure, htmlPage, list, note, section, table } from './html';
export { picture } from './picture';
