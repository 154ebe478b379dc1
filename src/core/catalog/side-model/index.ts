export { placeByContent } from './place-by-content';
export type {
  SideModel,
  SideRows,
} from './side-model';
export { decodeSideModel, encodeSideModel } from './side-model-file';
