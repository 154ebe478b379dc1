import * as v from 'valibot';
import { CONFIGURATIONS } from '../../lab/simulate';

/** Number of simulated shoppers in a browser: at least one of each kind, and no more than a page should run. */
export const [MIN_SHOPPERS, MAX_SHOPPERS] = [4, 500];
const MAX_SEED = 2 ** 31 - 1;

export const DEFAULTS: SimulationSettings = {
  shoppers: 24,
  seed: 1,
  configurations: [...CONFIGURATIONS],
  closedLoop: false,
};

const wholeBetween = (least: number, most: number) => {
  const message = `Give a whole number from ${least} to ${most}.`;
  return v.pipe(
    v.string(),
    v.trim(),
    v.regex(/^\d{1,10}$/, message),
    v.transform(Number),
    v.minValue(least, message),
    v.maxValue(most, message),
  );
};

const schema = v.object({
  shoppers: wholeBetween(MIN_SHOPPERS, MAX_SHOPPERS),
  seed: wholeBetween(1, MAX_SEED),
  configurations: v.pipe(v.array(v.picklist(CONFIGURATIONS)), v.minLength(1, 'Choose one or more.')),
  closedLoop: v.boolean(),
});

export type SimulationSettings = v.InferOutput<typeof schema>;

/** Advice for each invalid field. */
export type SettingsProblems = Partial<Record<keyof SimulationSettings, string>>;

export function readSimulation(form: FormData): { settings: SimulationSettings } | { problems: SettingsProblems } {
  const parsed = v.safeParse(schema, {
    shoppers: form.get('shoppers'),
    seed: form.get('seed'),
    closedLoop: form.has('closed-loop'),
    configurations: CONFIGURATIONS.filter((name) => form.getAll('configurations').includes(name)),
  });
  if (parsed.success) return { settings: parsed.output };
  const { nested } = v.flatten<typeof schema>(parsed.issues);
  return {
    problems: {
      shoppers: nested?.shoppers?.[0],
      seed: nested?.seed?.[0],
      configurations: nested?.configurations?.[0],
    },
  };
}

/** The command with the same result. `bundle` stands for the folder of the shop's bundle. */
export function commandOf({ shoppers, seed, configurations, closedLoop }: SimulationSettings): string {
  return [
    'npx sidestream evaluate --protocol simulate --bundle bundle',
    `--shoppers ${shoppers} --seed ${seed}`,
    ...(configurations.length < CONFIGURATIONS.length ? [`--methods ${configurations.join(' ')}`] : []),
    ...(closedLoop ? [] : ['--no-closed-loop']),
    '--json',
  ].join(' ');
}
