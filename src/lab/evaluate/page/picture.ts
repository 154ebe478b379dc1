import type { CustomSeriesRenderItem } from 'echarts';
import { CustomChart } from 'echarts/charts';
import { GridComponent, MarkLineComponent } from 'echarts/components';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([CustomChart, GridComponent, MarkLineComponent, SVGRenderer]);

/** Width of a chart: the width of a page on a phone. */
const WIDTH = 340;
/** Charts use the page's colours and follow its light or dark mode. */
export const INK = 'var(--ink)';
export const FAINT = 'var(--line)';
export const TEXT = { color: INK, fontSize: 12, fontFamily: 'inherit' };

/** Describes a chart for readers who cannot see it. */
export interface Caption {
  id: string;
  title: string;
}

/** A mean's interval as a line with ends. Values: its low end, its row, its high end. */
export const whisker: CustomSeriesRenderItem = (_, api) => {
  const [left, y] = api.coord([api.value(0), api.value(1)]);
  const [right] = api.coord([api.value(2), api.value(1)]);
  const lines = [
    [left, y, right, y],
    [left, y - 4, left, y + 4],
    [right, y - 4, right, y + 4],
  ];
  return {
    type: 'group',
    children: lines.map(([x1, y1, x2, y2]) => ({
      ...{ type: 'line' as const, shape: { x1, y1, x2, y2 }, style: { stroke: INK, lineWidth: 1.5 } },
    })),
  };
};

/** Draws without a page. Pointer interactions are left out: a report has no scripts. */
export function picture({ id, title }: Caption, height: number, option: EChartsCoreOption): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height });
  chart.setOption({ animation: false, textStyle: TEXT, color: [INK], ...option });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg
    .replace(/<style[\s\S]*?<\/style>\n?/, '')
    .replace(/ (class|pointer-events|ecmeta_\w+)="[^"]*"/g, '')
    .replace('<svg', `<svg role="img" aria-labelledby="${id}"`)
    .replace('>', `>\n<title id="${id}">${title}</title>`);
}
