import type { Area } from '../bars';

/** The areas by name; each is loaded by the process that measures it. */
export const AREAS = {
  scoring: async () => (await import('./scoring')).area,
  encoding: async () => (await import('./encoding')).area,
  start: async () => (await import('./start')).area,
  aging: async () => (await import('./aging')).area,
  offline: async () => (await import('./offline')).area,
  movielens: async () => (await import('./movielens')).area,
} as const satisfies Record<string, () => Promise<Area>>;

export type AreaName = keyof typeof AREAS;

/** Areas that are measured only when they are named: they need data that is not part of the project, or many minutes. */
export const ON_REQUEST: readonly AreaName[] = ['movielens'];

export const isAreaName = (name: string): name is AreaName => Object.hasOwn(AREAS, name);
