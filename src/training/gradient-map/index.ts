export { GradientMoments, type MomentSums } from './gradient-moments';
export { leadingEigenvectors, solveMap, stepOf, transferred } from './solve-map';
