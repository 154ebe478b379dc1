export {
  alarm,
  cards,
  definitions,
  escaped,
  figure,
  folded,
  htmlPage,
  list,
  note,
  section,
  type Tile,
  table,
  tiles,
} from './html';
export { picture } from './picture';
