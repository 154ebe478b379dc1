export { type RepeatScore, repeatScores } from './repeat-scores';
export { ShopDemand } from './shop-demand';
