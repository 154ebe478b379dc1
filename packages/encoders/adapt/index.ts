export { type AdaptRequest, adaptModel } from './adapt';
export { agreement, SAMPLE_TEXTS, type SampleInputs, samplePictures, tapsOf } from './agreement';
export { imageSettings, textSettings } from './settings';
