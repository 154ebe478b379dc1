// jstat has no types of its own: what is used of it.
declare module 'jstat' {
  interface Distributions {
    normal: { inv(probability: number, mean: number, deviation: number): number };
    studentt: { inv(probability: number, degreesOfFreedom: number): number };
    gammaln(value: number): number;
  }
  const jStat: Distributions;
  export default jStat;
}
