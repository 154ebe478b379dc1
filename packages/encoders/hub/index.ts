export { type AdaptOptions, adaptEncoder } from './adapt-encoder';
export { HubRepo } from './hub';
export { hubSettings } from './hub-download';
export { folderSource, hubSource } from './model-source';
