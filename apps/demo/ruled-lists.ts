import type { Recommender, Rules } from '../../src/device/protocol';

/** A recommender that adds rules to requests: other lists of the page do not follow them. */
export const withRules = (of: Recommender, rules: () => Rules): Recommender => ({
  ...of,
  recommend: (request, options) => of.recommend({ ...request, ...rules() }, options),
});
