export { blockText, parseBlock, type ShopBlock, simulateBlock } from './block';
export { choicesOf, closedLoop, type LoopRun, popularityOf } from './closed-loop';
export { parseSimulation, type Simulation, simulationLine, simulationOf } from './result';
export {
  loggedShopper,
  madeUpShopper,
  type SimulatedShopper,
  TASTE_CHANGES,
  type TasteChange,
  VISIT,
} from './shopper';
export { CONFIGURATIONS, type Configuration, type ShopStock, simulatedShop } from './shops';
export { simulationText } from './summary-text';
export { type Market, marketOf } from './visit';
export { makeWorld, newItemsLast, type World } from './world';
