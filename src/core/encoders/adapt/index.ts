export { type AdaptRequest, adaptModel } from './adapt';
export { agreement, referenceTaps, SAMPLE_TEXTS, type SampleInputs, samplePictures } from './agreement';
export { imageSettings, textSettings } from './settings';
