import { areaY, axisX, axisY, gridY, lineY, ruleX, ruleY, text } from '@observablehq/plot';
import type { TraceStep, Turns } from '../testing/returning-shopper';
import { INK, MISSED, OWN, type Picture, page } from './plots-panels';

/** A visit, and the same choices with only the personal weights of the terms learning. */
export interface TracedVisit extends Turns {
  steps: TraceStep[];
  withoutExperts: TraceStep[];
}

/** Kept experts, oldest first. */
const KEPT = ['#3f9d6b', '#8e6bbf', '#b3831f', '#c05a8e'];
const CANDIDATES = '#a3abb4';

/** Whether the learner kept an expert beside the generalist, whose id is 0. */
export const keptExperts = ({ steps }: Pick<TracedVisit, 'steps'>): boolean =>
  steps.some(({ experts }) => [...experts.keys()].some((id) => id > 0));

/** The panels: how lists follow, and the experts' weights. */
const [LISTS, EXPERTS] = [0, 1];

/**
 * Above: how lists follow, as a mean over all visits. Below: the experts of one visit.
 * @param shown the visit of the panel below
 */
export function turnsPlot(visits: readonly TracedVisit[], shown: TracedVisit): Picture {
  const { kinds, steps } = shown;
  const [one, two] = shown.choices;
  const ids = [...new Set(steps.flatMap(({ experts }) => [...experts.keys()]))].sort((a, b) => a - b);
  const parts = [
    ...ids.map((id) => ({
      name: id === 0 ? 'generalist' : `expert ${id}`,
      color: id === 0 ? OWN : KEPT[(ids.indexOf(id) - 1) % KEPT.length],
      share: ({ experts }: TraceStep) => experts.get(id) ?? 0,
    })),
    { name: 'candidates, on trial', color: CANDIDATES, share: ({ candidates }: TraceStep) => candidates },
  ];
  const shares = parts.flatMap(({ name, color, share }) =>
    steps.map((step, at) => ({ fy: EXPERTS, name, color, at, value: 100 * share(step) })),
  );
  // The step before a turn's first choice belongs to the previous turn.
  const wantedAt = (step: number): 0 | 1 => (step > one && step <= one + two ? 1 : 0);
  const followed = (color: string, of: (visit: TracedVisit) => TraceStep[]) =>
    steps.map((_, at) => {
      const places = visits.map((visit) => of(visit)[at].places[wantedAt(at)]);
      return { fy: LISTS, color, at, value: (10 * places.reduce((sum, value) => sum + value, 0)) / visits.length };
    });
  const turns = [
    { fy: LISTS, at: one, name: 'another kind' },
    { fy: LISTS, at: one + two, name: 'back again' },
  ];
  const keys = [
    { name: 'experts learn', color: OWN, fy: LISTS, value: 94 },
    { name: 'weights of terms only', color: MISSED, fy: LISTS, value: 82 },
    ...parts.map(({ name, color }, n) => ({ name, color, fy: EXPERTS, value: 94 - 12 * (parts.length - 1 - n) })),
  ];
  const kept = visits.filter(keptExperts).length;
  const title = 'A taste that changes and returns';
  const heads = [
    `Products of the wanted kind among the first ten, %, mean of ${visits.length} visits`,
    `How probable each expert is, in one visit: ${kinds[0]}, ${kinds[1]}, ${kinds[0]}`,
  ];
  const { marks = [], ...base } = page(
    'A shopper who changes to another kind of product, and comes back',
    `The learner of the page, on the demo catalogue. In ${kept} of ${visits.length} visits it kept an expert beside the generalist`,
    64,
    118,
  );
  const side = { frameAnchor: 'right', textAnchor: 'start', y: 'value', fy: 'fy' } as const;
  return {
    title,
    options: {
      ...base,
      height: 630,
      marginRight: 200,
      x: { domain: [0, steps.length - 1], label: 'choices' },
      y: { domain: [0, 100], label: null },
      fy: { domain: [LISTS, EXPERTS], axis: null, padding: 0.2 },
      marks: [
        ...marks,
        gridY({ ticks: 2, stroke: INK, strokeOpacity: 0.25 }),
        axisY({ ticks: 2, tickSize: 0, fontSize: 13, tickFormat: (value: number) => `${value} %` }),
        axisX({ ticks: 9, tickSize: 0, fontSize: 13, anchor: 'bottom', labelAnchor: 'center', labelArrow: 'none' }),
        areaY(shares, { x: 'at', y: 'value', z: 'name', fill: 'color', fillOpacity: 0.75, fy: 'fy' }),
        lineY(
          followed(MISSED, ({ withoutExperts }) => withoutExperts),
          { x: 'at', y: 'value', stroke: 'color', fy: 'fy', strokeWidth: 2.5, strokeDasharray: '6 4' },
        ),
        lineY(
          followed(OWN, (visit) => visit.steps),
          { x: 'at', y: 'value', stroke: 'color', strokeWidth: 2.5, fy: 'fy' },
        ),
        ruleX([one, one + two], { strokeDasharray: '2 3' }),
        ruleY([0]),
        text(turns, { x: 'at', text: 'name', frameAnchor: 'top', dy: -16, fontSize: 13, fy: 'fy' }),
        text(heads, {
          text: (head: string) => head,
          fy: (head: string) => heads.indexOf(head),
          frameAnchor: 'top-left',
          dx: -48,
          dy: -34,
          fontWeight: 'bold',
        }),
        text(keys, { ...side, text: () => '■', dx: 14, fill: 'color' }),
        text(keys, { ...side, text: 'name', dx: 34 }),
      ],
    },
  };
}
