export { type RepeatScore, repeatScores, ShopDemand } from './shop-demand';
