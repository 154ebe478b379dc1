export { sideWeightsFault } from './check-side-weights';
export { choiceLoss } from './choice-loss';
export { SIDE_DECAYS, SIDE_INPUTS, type SideConfig, type SideInput, sideConfigSchema } from './config';
export { itemVectors, type SideItems } from './item-vectors';
export {
  carriedItems,
  nextSideWindow,
  type SideUse,
  type SideWindowOptions,
} from './next-window';
export { pickRows } from './pick-rows';
export { shopperQueries } from './shopper-states';
export {
  freshSideExpert,
  freshSideWeights,
  SIDE_NAMES,
  sideExpertCount,
  sideInputNames,
} from './weights';
