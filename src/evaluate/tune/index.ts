export { wordsOf } from './candidates';
export {
  type ChosenSettings,
  chooseSettings,
  type ReplayedShopper,
  type TuningShoppers,
} from './choose-settings';
export { type ChosenThreshold, chooseThreshold } from './drift-threshold';
export { type Changes, LOSS, MEASURES, type Measure } from './outcomes';
export { LEAST_EVENTS, LEAST_SHOPPERS, TUNING_PARTS, type TuningPartName, tuningParts } from './parts';
export { ShopperReplay, type TunedShop } from './replay-shoppers';
export { parseReplayed } from './replayed-shopper';
