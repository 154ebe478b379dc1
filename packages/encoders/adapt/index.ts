export { type AdaptRequest, adaptModel } from './adapt';
export type { SampleInputs } from './agreement';
export { agreement, referenceTaps, SAMPLE_TEXTS, samplePictures } from './agreement';
export { imageSettings, textSettings } from './settings';
