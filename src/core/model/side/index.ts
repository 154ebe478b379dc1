export {
  adapterQueries,
  choiceLoss,
  expertUse,
  itemVectors,
  pickRows,
  rowProducts,
  type SideItems,
  sequencePlaces,
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
