export { decodeFactors, encodeFactors } from './factors-file';
export { decodeGradientMap, encodeGradientMap } from './gradient-map-file';
