import { UserExpert } from '../src/device/learner/experts/user-expert';
import { PROFILE_SCHEMA } from '../src/device/learner/limits';
import type { Profile } from '../src/device/learner/profile';

const expert = new UserExpert().save();

const record = {
  owned: ['a'],
  purchases: [{ item: 'a', times: [1_699_000_000_000] }],
  cart: ['é'],
  picked: [],
  shown: [{ item: 'c', times: 1, choice: 2000, time: 1_699_900_000_000 }],
  visit: { start: 1_699_900_000_000, last: 1_700_000_000_000, choices: 1990 },
};

/** A profile with something in every field. */
export const PROFILE: Profile = {
  schema: PROFILE_SCHEMA,
  lastEvent: 12,
  firstEvent: 1,
  history: { items: ['a', 'é', 'a'], strengths: [1, 0.5, 3], orders: [4, 5, 5], dismissed: ['c'], total: 2000, record },
  experts: {
    choices: 12,
    next: 7,
    active: 3,
    members: [
      {
        id: 0,
        kind: 'generalist',
        born: { choice: 0, time: null },
        expert: {
          ...expert,
          blocks: {
            'content 2': { theta: 0.5, squares: 2, readout: Float32Array.of(0.5, -1e-20) },
            'year 3': { theta: 0, squares: 0, readout: Float32Array.of(1, 2, 3) },
          },
          choices: 12,
          chosen: [
            { item: 'a', time: 1_699_000_000_000 },
            { item: 'é', time: null },
          ],
          dismissed: [{ item: 'c', choices: 4 }],
        },
        weight: 0.25,
        mass: 8,
        trial: null,
      },
      {
        id: 3,
        kind: 'specialist',
        born: { choice: 5, time: 1_699_000_000_000 },
        expert,
        weight: 0.5,
        mass: 2,
        trial: null,
      },
      {
        id: 6,
        kind: 'candidate',
        born: { choice: 10, time: 1_699_900_000_000 },
        expert,
        weight: 0.25,
        mass: 0,
        trial: { place: 0, needed: 0.5, before: [{ id: 3, expert }] },
      },
    ],
  },
  windows: 1,
  windowChoices: 4,
  rejected: 0,
  lastUpdate: 1_700_000_000_000,
};
