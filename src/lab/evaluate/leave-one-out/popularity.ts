import { type LeaveOneOutMethod, popularityOf } from './ranker';

/** The items by the number of their choices: the same list for everybody. */
export const popularity: LeaveOneOutMethod = async ({ whole, count }) => {
  const scores = popularityOf(whole, count);
  return { settings: {}, scores: (histories) => histories.map(() => scores) };
};
