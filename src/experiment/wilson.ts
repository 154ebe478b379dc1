/** Of the normal distribution, two-sided, 95 %. */
const Z = 1.96;

/**
 * Wilson's score interval of a share: honest for small counts and near 0 and 1, where the usual one is not
 * (E. B. Wilson, "Probable inference", 1927).
 * @param part how often, at most `whole`
 * @returns lower and upper bound of 95 % confidence, 0..1; null without trials
 */
export function wilson(part: number, whole: number): [low: number, high: number] | null {
  if (whole <= 0) return null;
  const share = Math.min(1, part / whole);
  const spread = Z * Math.sqrt((share * (1 - share)) / whole + (Z / (2 * whole)) ** 2);
  const centre = share + Z ** 2 / (2 * whole);
  const scale = 1 + Z ** 2 / whole;
  return [Math.max(0, (centre - spread) / scale), Math.min(1, (centre + spread) / scale)];
}
