export { GradientMoments } from './gradient-moments';
export { leadingEigenvectors, solveMap, stepOf, transferred } from './solve-map';
