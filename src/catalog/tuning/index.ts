export { decodeTuning, encodeTuning, parseSettings } from './tuning-file';
