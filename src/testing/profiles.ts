import { UserExpert } from '../learner/experts/user-expert';
import type { Profile } from '../learner/profile';
import { PROFILE_SCHEMA } from '../learner/schema-version';
import { DriftDetector } from '../learner/windows/drift';

const expert = new UserExpert().save();

/** A profile with something in every field. */
export const PROFILE: Profile = {
  schema: PROFILE_SCHEMA,
  lastEvent: 12,
  firstEvent: 1,
  history: { items: ['a', 'é', 'a'], strengths: [1, 0.5, 3], dismissed: ['c'], total: 2000 },
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
          gains: { preference: 0.2, experts: 0.1 },
          choices: 12,
          chosen: [
            { item: 'a', time: 1_699_000_000_000 },
            { item: 'é', time: null },
          ],
          dismissed: [{ item: 'c', choices: 4 }],
        },
        weight: 0.25,
        mass: 8,
        series: Float32Array.of(0.5, 0.25),
        trial: null,
      },
      {
        ...{ id: 3, kind: 'specialist', born: { choice: 5, time: 1_699_000_000_000 }, expert },
        ...{ weight: 0.5, mass: 2, series: Float32Array.of(0.5), trial: null },
      },
      {
        ...{ id: 6, kind: 'candidate', born: { choice: 10, time: 1_699_900_000_000 }, expert },
        ...{ weight: 0.25, mass: 0, series: new Float32Array(), trial: { place: 0, before: [{ id: 3, expert }] } },
      },
    ],
  },
  ladder: new Uint8Array([10, 2, 3]),
  windows: 1,
  windowChoices: 4,
  drifts: 1,
  drift: new DriftDetector().save(),
  anchor: { gain: 0, choices: 0 },
  journal: {
    choices: [
      { item: 'a', time: 1_699_000_000_000, at: 1999, ranks: null, shares: [[0, 1]] },
      {
        ...{ item: 'é', time: 1_699_900_000_000, at: 2000, ranks: [3, 12, 1] },
        shares: [
          [0, 0.25],
          [3, 0.75],
        ],
      },
    ],
    points: [{ kind: 'rejected', time: 1_699_900_000_000, at: 2000, count: 1 }],
    removed: [{ id: 1, born: null, removed: 1_699_000_000_000, choices: 5, chosen: [{ item: 'a', time: null }] }],
  },
  rejected: 0,
  lastUpdate: 1_700_000_000_000,
};

/** A profile as code of schema 2 stored it: a plain object, with what its generalist has learned, its history in the log. */
export function asSchema2({ experts, ladder, history: _, ...rest }: Profile): object {
  const [{ expert }] = experts.members;
  const { weights, gains } = expert;
  const preferences = Object.fromEntries(Object.entries(expert.blocks).map(([name, { readout }]) => [name, readout]));
  const learned = {
    weights,
    preferences,
    experts: ladder,
    expertsGain: gains.experts,
    preferenceGain: gains.preference,
  };
  return { ...rest, ...learned, schema: 2 };
}

/**
 * A profile as code of schema 4 stored it: nine choices, a dismissal and one more choice in the catalogue of
 * `threeGroups()`, with the best ten items of its list and the scores of the first six of the catalogue.
 */
export const STORED_SCHEMA_4 = {
  schema: 4,
  bytes: Uint8Array.from(
    atob(
      [
        'c2lkZXN0cmVhbS1wcm9maWxlIDIgNjFjOWJlYTk1YjUzNzgyOGNlNmY4YzVjYjMxNjA2MzgxOTc1YWI3NTBlYTVkOTlhNDkxN2VhNzMyNDhkNm',
        'M3OQp7InByb2ZpbGUiOnsic2NoZW1hIjo0LCJsYXN0RXZlbnQiOjExLCJoaXN0b3J5Ijp7Iml0ZW1zIjpbIml0ZW0tNCIsIml0ZW0tNyIsIml0',
        'ZW0tMTAiLCJpdGVtLTEzIiwiaXRlbS0xNiIsIml0ZW0tMjIiLCJpdGVtLTMxIiwiaXRlbS0xIiwiaXRlbS00MCIsIml0ZW0tNjEiXSwic3RyZW',
        '5ndGhzIjpbMSwxLDEsMSwxLDEsMSwxLDEsMV0sImRpc21pc3NlZCI6WyJpdGVtLTUiXSwidG90YWwiOjEwLCJyZWNvcmQiOnsib3duZWQiOltd',
        'LCJjYXJ0IjpbXSwic2hvd24iOltdLCJkaXNsaWtlcyI6W3siaXRlbSI6Iml0ZW0tNSIsImtub3duIjo5fV0sInZpc2l0Ijp7InN0YXJ0IjoxNz',
        'AwMDAwMDAwMDAxLCJsYXN0IjoxNzAwMDAwMDAwMDExfX19LCJ3ZWlnaHRzIjp7InRoZXRhIjp7ImJhc2UiOjAsImVtYmVkZGluZyI6MCwiYm91',
        'Z2h0VG9nZXRoZXIiOjAsInJlY2VudCI6LTAuMzg3MzkyMjM1ODg1NTU5OCwic2Vzc2lvbiI6LTAuNDQzMTI1NjQwMDA5MDYwNSwibmVhcmVzdE',
        'hpc3RvcnkiOi0wLjMxNDA2MDA3ODc5ODA4MDMsImNhdGVnb3J5IjoxLCJudW1lcmljQWZmaW5pdHkiOjAsImNhdGFsb2dPcmRlciI6MC40NzA1',
        'MDgwNDAwMzAyNDM3LCJwb3B1bGFyaXR5IjotMC4wNzI3NzI2NTEwNjExMjgxMSwiY29sZFN0YXJ0IjowLCJkaXNsaWtlZCI6MC4xOTk5OTk3NT',
        'k3MTEyODI0OCwicHJlZmVyZW5jZSI6LTAuNTM4ODY0MTYwMzE1NzQwOSwiZXhwZXJ0cyI6MH0sInNxdWFyZXMiOnsiYmFzZSI6MCwiZW1iZWRk',
        'aW5nIjowLCJib3VnaHRUb2dldGhlciI6MCwicmVjZW50IjoxLjA2ODIzMjA3NzM2MDkzODgsInNlc3Npb24iOjAuMzY5NDM0NzE3MzU2MDkyNS',
        'wibmVhcmVzdEhpc3RvcnkiOjIuODIwMTkwMTU3OTg4NDM4NSwiY2F0ZWdvcnkiOjAuMDA0Nzk5MjY1MTkxNDE0MzM0LCJudW1lcmljQWZmaW5p',
        'dHkiOjAsImNhdGFsb2dPcmRlciI6MC4wNzYyMTUwOTI5NDc5Mzc4OSwicG9wdWxhcml0eSI6MS40MTIzNTg5NjYwMDAxOTg3LCJjb2xkU3Rhcn',
        'QiOjAsImRpc2xpa2VkIjowLjAwNDE2MTY1MjczMjE2MTU0MywicHJlZmVyZW5jZSI6MTguMTM3NDY4NTU1MTE0NTI3LCJleHBlcnRzIjowfX0s',
        'IndpbmRvd3MiOjAsIndpbmRvd0Nob2ljZXMiOjEwLCJkcmlmdHMiOjAsImRyaWZ0Ijp7ImNvdW50Ijo4OSwibWVhbiI6LTAuNjY5OTQxNTY5OD',
        'E2MTkzNywic3F1YXJlcyI6MzcuOTM4NDUwMDk0MzYwNzIsInJpc2UiOjB9LCJyZWplY3RlZCI6MSwiZXhwZXJ0c0dhaW4iOjAsInByZWZlcmVu',
        'Y2VHYWluIjotMC4xNDA1Nzk1MTUzMjAzMDU2LCJsYXN0VXBkYXRlIjoxNzAwMDAwMDAwMDExfSwicHJlZmVyZW5jZXMiOltbImNvbnRlbnQgMT',
        'IiLDEyXSxbInBsYWNlIDI0IiwyNF0sWyJjYXRlZ29yaWVzIEZydWl0fFRvb2xzfFNob2VzIDMiLDNdXSwiZXhwZXJ0cyI6bnVsbH0K9BFGPhpN',
        'trzlYDe+GDspvk/CcD1coko+A2PwvVUa1T3QkvC8LrwSPk3tm71ZdEa+wp3gPT9XFD2p/nU9M0s/Pl+1ZT7/pzU+TqMXPolf6D0blac9jsgvOs',
        'cGg73TZ9y8SPhhPaIOoTwrAoa9WXnkvec7Dr7tkAq+P7DivTZp273cWgO+KyYMvgzP7b3ZS6q9NKofPdqQlT3zZeW9',
      ].join(''),
    ),
    (char) => char.charCodeAt(0),
  ),
  list: [19, 34, 82, 103, 25, 109, 67, 88, 46, 55],
  scores: [-0.43215, 2.58248, -2.52918, -2.30456, 5.33177, -4.9627],
};
