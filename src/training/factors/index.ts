export { type FactorSources, makeFactors } from './make-factors';
