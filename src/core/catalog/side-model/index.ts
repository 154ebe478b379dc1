export type {
  SideModel,
  SideRows,
} from './side-model';
export { placeByContent } from './side-model';
export { decodeSideModel, encodeSideModel } from './side-model-file';
