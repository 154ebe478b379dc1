import { describe, expect, it } from 'vitest';
import { CONFIGURATIONS } from '../../lab/simulate';
import { commandOf, DEFAULTS, MAX_SHOPPERS, MIN_SHOPPERS, readSimulation } from './simulation-settings';

function form(fields: Record<string, string>, configurations: readonly string[] = CONFIGURATIONS): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries({ shoppers: '24', seed: '1', ...fields })) data.set(name, value);
  for (const name of configurations) data.append('configurations', name);
  return data;
}

describe('readSimulation', () => {
  it('reads the form in its initial state, and with choices made', () => {
    expect(readSimulation(form({}))).toEqual({ settings: DEFAULTS });
    expect(readSimulation(form({ shoppers: ' 8 ', seed: '7', 'closed-loop': 'on' }, ['sidestream', 'random']))).toEqual(
      {
        settings: { shoppers: 8, seed: 7, closedLoop: true, configurations: ['random', 'sidestream'] },
      },
    );
  });

  it.each([
    ['shoppers', String(MIN_SHOPPERS - 1)],
    ['shoppers', String(MAX_SHOPPERS + 1)],
    ['shoppers', '8.5'],
    ['shoppers', ''],
    ['shoppers', '1e2'],
    ['seed', '0'],
    ['seed', '-1'],
    ['seed', '99999999999'],
  ] as const)('refuses %s "%s", and says what to give', (name, value) => {
    const read = readSimulation(form({ [name]: value }));
    expect('problems' in read && read.problems[name]).toMatch(/^Give a whole number from \d+ to \d+\.$/);
  });

  it('refuses no configuration', () => {
    expect(readSimulation(form({}, []))).toEqual({ problems: { configurations: 'Choose one or more.' } });
  });
});

it('writes the command that finds the same', () => {
  expect(commandOf(DEFAULTS)).toBe(
    'npx sidestream evaluate --protocol simulate --bundle bundle --shoppers 24 --seed 1 --no-closed-loop --json',
  );
  expect(commandOf({ ...DEFAULTS, closedLoop: true, configurations: ['popularity', 'sidestream'] })).toBe(
    'npx sidestream evaluate --protocol simulate --bundle bundle --shoppers 24 --seed 1 --methods popularity sidestream --json',
  );
});
