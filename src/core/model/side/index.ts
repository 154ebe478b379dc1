export {
  adapterQueries,
  choiceLoss,
  expertUse,
  itemVectors,
  pickRows,
  type SideItems,
  shopperQueries,
} from './network';
export {
  carriedItems,
  nextSideWindow,
  type SideDiscriminants,
  type SideUse,
} from './next-window';
export {
  freshSideWeights,
  SIDE_DECAYS,
  SIDE_NAMES,
  type SideConfig,
  sideConfigSchema,
  sideExpertCount,
  sideInputNames,
  sideWeightsFault,
} from './weights';
