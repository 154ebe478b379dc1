export { type AdaptOptions, adaptEncoder } from './adapt-encoder';
export { HubRepo } from './hub';
export { hubSettings } from './hub-settings';
export { folderSource, hubSource } from './model-source';
