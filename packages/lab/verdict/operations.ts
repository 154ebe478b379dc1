import { type OperatingFigures, TIME_BOUNDS } from '../../../src/device/experiment';
import type { Table } from '../evaluate/page/html';
import type { Verdict } from './verdict';
import { whole } from './verdict-text';

/** The operating figures of the variants; nothing if no page reported any. */
export function operatingCells({ operations }: Pick<Verdict, 'operations'>): Table[] {
  if (operations.length === 0) return [];
  const row = (title: string, cell: (of: OperatingFigures) => string): string[] => [title, ...operations.map(cell)];
  const codes = [...new Set(operations.flatMap(({ errors }) => Object.keys(errors)))].sort();
  return [
    {
      title: 'Operating figures',
      header: ['', ...operations.map(({ variant }) => variant?.split('/')[1] ?? '')],
      rows: [
        row('Pages with a list', ({ pages }) => whole(pages)),
        row('Time to the first list, median', (of) => timeText(of, 0.5)),
        row('Time to the first list, 90 %', (of) => timeText(of, 0.9)),
        row('Loaded per page, kB', ({ bytes, pages }) => (pages > 0 ? whole(bytes / pages / 1000) : '')),
        row('Encoders on WebGPU, pages', ({ encoders }) => whole(encoders.webgpu)),
        row('Encoders on WebAssembly, pages', ({ encoders }) => whole(encoders.wasm)),
        row('No encoder, pages', ({ pages, encoders }) => whole(Math.max(0, pages - encoders.webgpu - encoders.wasm))),
        ...codes.map((code) => row(`Errors ${code}`, ({ errors }) => whole(errors[code] ?? 0))),
      ],
    },
  ];
}

/** The bound below which a share of the times lies. */
function timeText({ firstList }: OperatingFigures, share: number): string {
  const total = Object.values(firstList).reduce((sum, count) => sum + count, 0);
  if (total === 0) return '';
  let left = share * total;
  for (const bound of TIME_BOUNDS) {
    left -= firstList[`${bound}`] ?? 0;
    if (left <= 0) return `up to ${bound / 1000} s`;
  }
  return `over ${(TIME_BOUNDS.at(-1) ?? 0) / 1000} s`;
}
