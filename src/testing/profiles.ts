import { UserExpert } from '../device/learner/experts/user-expert';
import { PROFILE_SCHEMA } from '../device/learner/limits';
import type { Profile } from '../device/learner/profile';

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
          gain: 0.2,
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
        id: 3,
        kind: 'specialist',
        born: { choice: 5, time: 1_699_000_000_000 },
        expert,
        weight: 0.5,
        mass: 2,
        series: Float32Array.of(0.5),
        trial: null,
      },
      {
        id: 6,
        kind: 'candidate',
        born: { choice: 10, time: 1_699_900_000_000 },
        expert,
        weight: 0.25,
        mass: 0,
        series: new Float32Array(),
        trial: { place: 0, before: [{ id: 3, expert }] },
      },
    ],
  },
  windows: 1,
  windowChoices: 4,
  journal: {
    choices: [
      { item: 'a', time: 1_699_000_000_000, at: 1999, ranks: null, shares: [[0, 1]] },
      {
        item: 'é',
        time: 1_699_900_000_000,
        at: 2000,
        ranks: [3, 12, 1],
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

/** Stored beside a profile by versions before 0.3: weights of networks that were trained on the device. */
export const NETWORKS = new Uint8Array([10, 2, 3]);

/** A profile as code of schema 2 stored it: a plain object with its generalist's learned state; the history was in the log. */
export function asSchema2({ experts, history: _, ...rest }: Profile): object {
  const [{ expert }] = experts.members;
  const { weights, gain } = expert;
  const preferences = Object.fromEntries(Object.entries(expert.blocks).map(([name, { readout }]) => [name, readout]));
  const learned = { weights, preferences, experts: NETWORKS, expertsGain: 0.1, preferenceGain: gain };
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

/**
 * A profile as version 0.2 stored it (schema 5), with 64 bytes of networks at its end: three choices, a dismissal and one
 * more choice in the catalogue of `threeGroups()`, with the best ten items of its list and the scores of the first six of
 * the catalogue.
 */
export const STORED_SCHEMA_5 = {
  schema: 5,
  bytes: Uint8Array.from(
    atob(
      [
        'c2lkZXN0cmVhbS1wcm9maWxlIDMgNzFjZTM1NjEzNWJiMTdhY2IyYzY0NmRkYjhiM2I0ZTBjMGJhNzdlZmQxMGJhMGIxMzk1YjE5YzhlZWRiMTU0',
        'Zgp7InByb2ZpbGUiOnsic2NoZW1hIjo1LCJsYXN0RXZlbnQiOjUsImZpcnN0RXZlbnQiOjEsImhpc3RvcnkiOnsiaXRlbXMiOlsiaXRlbS00Iiwi',
        'aXRlbS03IiwiaXRlbS0xMCIsIml0ZW0tNjEiXSwic3RyZW5ndGhzIjpbMSwxLDEsMV0sImRpc21pc3NlZCI6WyJpdGVtLTUiXSwidG90YWwiOjQs',
        'InJlY29yZCI6eyJvd25lZCI6W10sInB1cmNoYXNlcyI6W10sImNhcnQiOltdLCJzaG93biI6W10sInZpc2l0Ijp7InN0YXJ0IjoxNzAwMDAwMDAw',
        'MDAxLCJsYXN0IjoxNzAwMDAwMDAwMDA1LCJjaG9pY2VzIjowfX19LCJleHBlcnRzIjp7ImNob2ljZXMiOjMsIm5leHQiOjEsImFjdGl2ZSI6MCwi',
        'bWVtYmVycyI6W3siaWQiOjAsImtpbmQiOiJnZW5lcmFsaXN0IiwiYm9ybiI6eyJjaG9pY2UiOjAsInRpbWUiOjE3MDAwMDAwMDAwMDF9LCJ3ZWln',
        'aHQiOjEsIm1hc3MiOjMuODgxNTkyLCJleHBlcnQiOnsid2VpZ2h0cyI6eyJ0aGV0YSI6eyJiYXNlIjowLCJlbWJlZGRpbmciOjAsImJvdWdodFRv',
        'Z2V0aGVyIjowLCJyZWNlbnQiOi0wLjI2NDg2ODk4NTQyMDczNjUsInNlc3Npb24iOi0wLjI2MDkxOTc3MzI4MjQyOSwibmVhcmVzdEhpc3Rvcnki',
        'Oi0wLjI1MTM4NjA5ODc3Mjk5MzQsImNhdGVnb3J5IjowLjM0NzUxNTM5NzQ0NTk2MTksIm51bWVyaWNBZmZpbml0eSI6MCwiY2F0YWxvZ09yZGVy',
        'IjowLjMwMDM2MDkzNzA4OTQ0OTcsInBvcHVsYXJpdHkiOi0wLjE2NDM3NzgyMDk4NjY4MDMzLCJjb2xkU3RhcnQiOjAsImRpc2xpa2VkIjowLjE5',
        'OTk5ODg5OTgwOTY2NzksInByZWZlcmVuY2UiOjAsImV4cGVydHMiOjB9LCJzcXVhcmVzIjp7ImJhc2UiOjAsImVtYmVkZGluZyI6MCwiYm91Z2h0',
        'VG9nZXRoZXIiOjAsInJlY2VudCI6MC45MDk3NTc4MDA0NDE5Mzg0LCJzZXNzaW9uIjowLjkwMzQ2Nzg3MTYwODU2MjEsIm5lYXJlc3RIaXN0b3J5',
        'IjoxMS4yNTE1Nzg3MDQxOTA2NDQsImNhdGVnb3J5Ijo4LjE2NTE4MTUyODY3MTFlLTgsIm51bWVyaWNBZmZpbml0eSI6MCwiY2F0YWxvZ09yZGVy',
        'IjowLjA0NTI1MDg5Mjc4NjA2NjY4LCJwb3B1bGFyaXR5IjowLjkwNjQ4Mzc5MDM0MDU4MjksImNvbGRTdGFydCI6MCwiZGlzbGlrZWQiOjAuMDAw',
        'OTA4OTI2MTM3MDM5MDI2NCwicHJlZmVyZW5jZSI6MCwiZXhwZXJ0cyI6MH19LCJibG9ja3MiOnsiY29udGVudCAxMiI6eyJ0aGV0YSI6LTAuNDE0',
        'NDI5MjIxNTY5MjEwNzUsInNxdWFyZXMiOjE3Ljk0NDgyMzYyMzgyNDUxNSwicmVhZG91dCI6eyJmbG9hdHMiOjEyfX0sInBsYWNlIDI0Ijp7InRo',
        'ZXRhIjowLjMyMTk5MTc0OTI5MDg3MzI2LCJzcXVhcmVzIjo0LjA0NjMyNTYwMzg1MDI5NCwicmVhZG91dCI6eyJmbG9hdHMiOjI0fX0sImNhdGVn',
        'b3JpZXMgRnJ1aXR8VG9vbHN8U2hvZXMgMyI6eyJ0aGV0YSI6MC40Mzk0NTYzMzkzMzIwMDcxLCJzcXVhcmVzIjo1LjA5OTUxNjk3NDA2MTE5NWUt',
        'NywicmVhZG91dCI6eyJmbG9hdHMiOjN9fX0sImdhaW5zIjp7InByZWZlcmVuY2UiOjAsImV4cGVydHMiOjB9LCJjaG9pY2VzIjo0LCJjaG9zZW4i',
        'Olt7Iml0ZW0iOiJpdGVtLTQiLCJ0aW1lIjoxNzAwMDAwMDAwMDAxfSx7Iml0ZW0iOiJpdGVtLTciLCJ0aW1lIjoxNzAwMDAwMDAwMDAyfSx7Iml0',
        'ZW0iOiJpdGVtLTEwIiwidGltZSI6MTcwMDAwMDAwMDAwM30seyJpdGVtIjoiaXRlbS02MSIsInRpbWUiOjE3MDAwMDAwMDAwMDV9XSwiZGlzbWlz',
        'c2VkIjpbXX0sInNlcmllcyI6eyJmbG9hdHMiOjN9LCJ0cmlhbCI6bnVsbH1dfSwid2luZG93cyI6MCwid2luZG93Q2hvaWNlcyI6NCwiZHJpZnRz',
        'IjowLCJkcmlmdCI6eyJjb3VudCI6ODMsIm1lYW4iOi0wLjYyMTU4NzA2MzM3NTUwODEsInNxdWFyZXMiOjM0LjkwNzQzOTIxNjcwMDYzLCJyaXNl',
        'IjowfSwiYW5jaG9yIjp7ImdhaW4iOjAsImNob2ljZXMiOjB9LCJyZWplY3RlZCI6MSwibGFzdFVwZGF0ZSI6MTcwMDAwMDAwMDAwNX0sImxhZGRl',
        'ciI6NjR9CgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
        'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAgD8A',
        'AIA/AACAPwABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4fICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=',
      ].join(''),
    ),
    (char) => char.charCodeAt(0),
  ),
  list: [25, 115, 46, 94, 13, 82, 67, 40, 19, 73],
  scores: [-0.52672, 3.87879, -1.14422, -1.95941, 7.05108, -3.20079],
};

/**
 * A profile as code of schema 6 stored it, with a read-out of latent factors: four choices of one group and a dismissal in the
 * catalogue of `threeGroups()`, with the best ten items of its list and the scores of the first six of the catalogue, both
 * without the factors.
 */
export const STORED_SCHEMA_6 = {
  schema: 6,
  bytes: Uint8Array.from(
    atob(
      [
        'c2lkZXN0cmVhbS1wcm9maWxlIDUgYjIyNmNlOTRlZDkwZDVjYTBjYzE4NTJhMTMxZmQwMmJjYjU3ODdhZjg1OTBmYjkyOWFkOTU4MzViYTY5M2U3NAp7',
        'InByb2ZpbGUiOnsic2NoZW1hIjo2LCJsYXN0RXZlbnQiOjUsImZpcnN0RXZlbnQiOjEsImhpc3RvcnkiOnsiaXRlbXMiOlsiaXRlbS00IiwiaXRlbS03',
        'IiwiaXRlbS0xMCIsIml0ZW0tMTMiXSwic3RyZW5ndGhzIjpbMSwxLDEsMV0sImRpc21pc3NlZCI6WyJpdGVtLTUiXSwidG90YWwiOjQsInJlY29yZCI6',
        'eyJvd25lZCI6W10sInB1cmNoYXNlcyI6W10sImNhcnQiOltdLCJzaG93biI6W10sInZpc2l0Ijp7InN0YXJ0IjoxNzAwMDAwMDAwMDAxLCJsYXN0Ijox',
        'NzAwMDAwMDAwMDA1LCJjaG9pY2VzIjowfX19LCJleHBlcnRzIjp7ImNob2ljZXMiOjMsIm5leHQiOjEsImFjdGl2ZSI6MCwibWVtYmVycyI6W3siaWQi',
        'OjAsImtpbmQiOiJnZW5lcmFsaXN0IiwiYm9ybiI6eyJjaG9pY2UiOjAsInRpbWUiOjE3MDAwMDAwMDAwMDF9LCJ3ZWlnaHQiOjEsIm1hc3MiOjMuODgx',
        'NTkyLCJleHBlcnQiOnsid2VpZ2h0cyI6eyJ0aGV0YSI6eyJiYXNlIjowLCJlbWJlZGRpbmciOjAsImJvdWdodFRvZ2V0aGVyIjowLCJyZWNlbnQiOi0w',
        'LjI2MzEyNjEzNTgyNjA0NTY2LCJzZXNzaW9uIjotMC4yNTk0ODQxODcwMzIxMzA2LCJuZWFyZXN0SGlzdG9yeSI6LTAuMjUwMTUwMDU5OTQ4OTQ0NDYs',
        'ImNhdGVnb3J5IjowLjAwMDAwOTM1NDg1NzkwNDg5NjEzMywibnVtZXJpY0FmZmluaXR5IjowLCJjYXRhbG9nT3JkZXIiOjAuNDAxNTU2NTE2OTUwODk3',
        'OCwicG9wdWxhcml0eSI6LTAuMTUwNTk2MjYwNzkyOTk5NzMsImNvbGRTdGFydCI6MCwiZGlzbGlrZWQiOi0wLjE5OTk5OTk0NTczNzM4OTE2LCJwcmVm',
        'ZXJlbmNlIjowfSwic3F1YXJlcyI6eyJiYXNlIjowLCJlbWJlZGRpbmciOjAsImJvdWdodFRvZ2V0aGVyIjowLCJyZWNlbnQiOjAuOTA2NzQ0Njg4Mzk1',
        'NzE5Mywic2Vzc2lvbiI6MC45MDExNTgzODI1MDA5NjYsIm5lYXJlc3RIaXN0b3J5IjoxMS4yMzA5MTA2NjIxNDI1MDYsImNhdGVnb3J5IjoxLjQwOTY1',
        'MDI3NDc2MzU0NjRlLTE3LCJudW1lcmljQWZmaW5pdHkiOjAsImNhdGFsb2dPcmRlciI6MC4wNTc1MTY3NzkxNDAyMDE3NiwicG9wdWxhcml0eSI6MC45',
        'NTIyNDE4NjMyNzQyNjkyLCJjb2xkU3RhcnQiOjAsImRpc2xpa2VkIjowLjAxODQyODg4ODI4NjczNTc3NSwicHJlZmVyZW5jZSI6MH19LCJibG9ja3Mi',
        'OnsiY29udGVudCAxMiI6eyJ0aGV0YSI6LTAuNDIxMTk3ODkwMTM2MTE1Nywic3F1YXJlcyI6MTkuNDE2OTIwMTYzMzYyLCJyZWFkb3V0Ijp7ImZsb2F0',
        'cyI6MTJ9fSwicGxhY2UgMjQiOnsidGhldGEiOjAuNTA1MzQ1MTIwMzMyMDE5Nywic3F1YXJlcyI6OC4zNjI0MzA3ODA1NzQ4MSwicmVhZG91dCI6eyJm',
        'bG9hdHMiOjI0fX0sImNhdGVnb3JpZXMgRnJ1aXR8VG9vbHN8U2hvZXMgMyI6eyJ0aGV0YSI6MCwic3F1YXJlcyI6MCwicmVhZG91dCI6eyJmbG9hdHMi',
        'OjN9fSwidXNlcnMgMSBhYmFiYWJhYmFiYWIiOnsidGhldGEiOjAsInNxdWFyZXMiOjAsInJlYWRvdXQiOnsiZmxvYXRzIjoxfX19LCJnYWluIjotMC4x',
        'MDk0NDEwMDk3Nzg0NzAxOCwiY2hvaWNlcyI6NCwiY2hvc2VuIjpbeyJpdGVtIjoiaXRlbS00IiwidGltZSI6MTcwMDAwMDAwMDAwMX0seyJpdGVtIjoi',
        'aXRlbS03IiwidGltZSI6MTcwMDAwMDAwMDAwMn0seyJpdGVtIjoiaXRlbS0xMCIsInRpbWUiOjE3MDAwMDAwMDAwMDN9LHsiaXRlbSI6Iml0ZW0tMTMi',
        'LCJ0aW1lIjoxNzAwMDAwMDAwMDA1fV0sImRpc21pc3NlZCI6W3siaXRlbSI6Iml0ZW0tNSIsImNob2ljZXMiOjN9XX0sInNlcmllcyI6eyJmbG9hdHMi',
        'OjN9LCJ0cmlhbCI6bnVsbH1dfSwid2luZG93cyI6MCwid2luZG93Q2hvaWNlcyI6NCwiZHJpZnRzIjowLCJkcmlmdCI6eyJjb3VudCI6ODMsIm1lYW4i',
        'Oi0wLjYyMTY5MTcyNjY2NjczNDcsInNxdWFyZXMiOjM0LjkxOTUxNzUzNTE3Mjg4LCJyaXNlIjowfSwiYW5jaG9yIjp7ImdhaW4iOjEuMzg2Mjk0MzYx',
        'MTE5ODkwOCwiY2hvaWNlcyI6MX0sInJlamVjdGVkIjowLCJsYXN0VXBkYXRlIjoxNzAwMDAwMDAwMDA1fX0KjoY1PfeNHz74Vhu+igLRvYad4LuTlso9',
        'b8DTvWOBiT5GICO+1I2+PQpmJruNws+9lDeBPg3KKD8YElw/vQr9PtSRRz02CPm9SSkUvpAk7r0BkLu9/zTgvZwRDr5Rhwa+fJ/GvTo0v726zQG+VosR',
        'vhRB4r3JQ7G9pI3lvWchFb4ZfgK+MU26vTvmyL20W/q9EUVpvXdoxz7UP6q+RLGsPwAAgD8AAIA/AACAPw==',
      ].join(''),
    ),
    (char) => char.charCodeAt(0),
  ),
  list: [19, 16, 103, 1, 82, 34, 61, 55, 25, 40],
  scores: [1.69076, 8.06542, 0.42262, 1.59805, 12.3003, 0.2978],
};
