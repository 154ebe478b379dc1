export { type AdaptRequest, adaptModel } from './adapt';
export { agreement, referenceTaps, type Sample } from './agreement';
export { HUB_PRESETS, type HubPreset } from './hub-presets';
export { SAMPLE_TEXTS, samplePictures } from './sample-inputs';
export { imageSettings, textSettings } from './settings';
