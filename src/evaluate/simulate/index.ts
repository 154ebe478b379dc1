export { blockText, parseBlock, type ShopBlock } from './block';
export {
  type BarChart,
  type Card,
  expertCards,
  figureCards,
  figureTables,
  fitCards,
  type LineChart,
  loopCards,
  type Table,
  updateCards,
} from './cards';
export { FIGURES, type FigureName, type FigureUnit, type FigureWords, type Interval } from './figures';
export { chosenConfigurations, type Ground } from './ground';
export { madeUpGround } from './made-up-ground';
export { parseSimulation, type Simulated, type Simulation, simulationLine, simulationOf } from './result';
export { loggedShopper, VISIT } from './shopper';
export { CONFIGURATIONS, type Configuration, type ShopStock } from './shops';
export { answers, intervalText, SHOPS, shownFigures, simulationText, titleOf } from './summary-text';
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
