export { blockText, parseBlock, type ShopBlock } from './block';
export { chosenConfigurations, type Ground } from './ground';
export { simulationLine, simulationOf } from './result';
export { loggedShopper } from './shopper';
export { CONFIGURATIONS, type ShopStock } from './shops';
export { simulatedGround } from './simulated-ground';
export { simulationText } from './summary-text';
export { doTask, parseTask, type SimulationTask, simulate, stepsOf, taskLabel, timingOf } from './tasks';
export { marketOf } from './visit';
