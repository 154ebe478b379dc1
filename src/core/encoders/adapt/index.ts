export { type AdaptRequest, adaptModel } from './adapt';
export { agreement, referenceTaps, SAMPLE_TEXTS, type SampleInputs, samplePictures } from './agreement';
export { HUB_PRESETS, type HubPreset } from './hub-presets';
export { imageSettings, textSettings } from './settings';
