export { placeByContent } from './place-by-content';
export {
  MAX_SIDE_STATES,
  MAX_SIDE_WIDTH,
  pickSideModel,
  type SideModel,
  type SideRows,
  type SideState,
} from './side-model';
export { decodeSideModel, encodeSideModel } from './side-model-file';
