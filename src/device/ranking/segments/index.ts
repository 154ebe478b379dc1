// Segments of the catalogue. No list needs them.

export { rankSegments, type SegmentField, valuesOf } from './segments';
