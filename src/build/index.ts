export { buildBundle } from './build-bundle';
export { addEncoder, isBuilt, MODELS_FOLDER, madePreset, presetFile, readPreset } from './encoder-files';
export { folderFetch, folderSink, openFolder, removeStale } from './folder-bundle';
export { JointMeter } from './joint-meter';
export { createMeter, type GrowingMeter, type Meter, metered } from './meter';
export { BASES, type Basis, basisVectors, categoryPrecision, judgedItems, nearest } from './neighbors';
export { MISSING, type Missing, type OffersResult, removeOffers, writeOffers } from './offers';
export { readMapping } from './read-feed';
export { type CheckedProblem, type CheckedRules, checkRules, publishRules, removeRules } from './rules';
