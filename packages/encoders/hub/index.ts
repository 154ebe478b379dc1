export { type AdaptOptions, adaptEncoder } from './adapt-encoder';
export {
  addEncoder,
  isBuilt,
  MODELS_FOLDER,
  madePreset,
  modelFiles,
  presetFile,
  readEncoder,
  readPreset,
  readPresets,
} from './encoder-files';
export { HubRepo, hubSettings } from './hub';
export { folderSource, hubSource } from './model-source';
