import { createHash } from 'node:crypto';

/** Items whose taps set the statistics and the projection. */
export const SAMPLE = 4096;

/**
 * The rows that stand for a catalogue: those whose item ids have the smallest SHA-256, in that order. It depends on
 * neither the order of the feed nor chance, and changes little when the catalogue does.
 * @param rows to choose from
 * @param id of a row's item
 */
export function sampleRows(rows: readonly number[], id: (row: number) => string, size = SAMPLE): number[] {
  const ranked = rows.map((row) => ({ row, rank: rankOf(id(row)) }));
  ranked.sort((a, b) => a.rank - b.rank || a.row - b.row);
  return ranked.slice(0, size).map(({ row }) => row);
}

const rankOf = (id: string): number => createHash('sha256').update(id).digest().readUIntBE(0, 6);
