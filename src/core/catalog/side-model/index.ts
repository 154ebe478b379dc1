export * from './adapters';
export { pickSideModel, placeByContent, type SideModel } from './side-model';
export { decodeSideModel, encodeSideModel } from './side-model-file';
