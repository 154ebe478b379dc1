export { blockText, parseBlock, type ShopBlock } from './block';
export {
  type Card,
  expertCards,
  figureCards,
  fitCards,
  lookOf,
  loopCards,
  updateCards,
} from './cards';
export type { FigureName } from './figures';
export { chosenConfigurations, type Ground } from './ground';
export { type Answer, questionAnswers } from './questions';
export { type Simulated, type Simulation, simulationLine, simulationOf } from './result';
export { loggedShopper } from './shopper';
export { CONFIGURATIONS, type ShopStock } from './shops';
export { simulatedGround } from './simulated-ground';
export { answers, figureTables, SHOPS, simulationText } from './summary-text';
export {
  doTask,
  parseTask,
  planOf,
  runPlan,
  type SimulationPlan,
  type SimulationTask,
  taskLabel,
  timingOf,
} from './tasks';
export { marketOf } from './visit';
