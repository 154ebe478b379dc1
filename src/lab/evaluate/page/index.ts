export {
  alarm,
  cards,
  definitions,
  escaped,
  figure,
  folded,
  htmlPage,
  note,
  section,
  type Tile,
  table,
  tiles,
} from './html';
export { picture } from './picture';
