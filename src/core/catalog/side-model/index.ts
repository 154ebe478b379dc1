export * from './adapters';
export { placeByContent, type SideModel } from './side-model';
export { decodeSideModel, encodeSideModel } from './side-model-file';
