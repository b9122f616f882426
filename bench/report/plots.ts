import type { Curve } from '../scenarios/hot-event';
import { svgOf } from './chart';
import { median } from './finding';
import type { Measured } from '../arena';

const HEIGHT_PX = 440;
/** The same service has the same colour in every picture. */
const COLOURS: Readonly<Record<string, string>> = {
  ours: '#0b6e4f',
  textbook: '#c8553d',
  'idle chain': '#5b7db1',
  empty: '#8a8a8a',
};
const OTHER_COLOUR = '#8b1e3f';

interface Plot {
  readonly title: string;
  readonly unit: string;
  readonly names: readonly string[];
  readonly pick: keyof Measured;
  /** A logarithmic scale, for figures of very different size. */
  readonly isLogarithmic?: boolean;
}

/** A line for each service, over the number of clients, as an SVG document. */
export function plotOverClients(curve: Curve, clients: readonly number[], plot: Plot): string {
  return svgOf(HEIGHT_PX, plot.title, {
    legend: { bottom: 0, itemGap: 24 },
    grid: { left: 80, right: 30, top: 50, bottom: 80 },
    xAxis: {
      type: 'category',
      name: 'clients at the same time',
      nameLocation: 'middle',
      nameGap: 28,
      data: clients.map((count) => count.toLocaleString('en-GB')),
    },
    yAxis: {
      type: plot.isLogarithmic ? 'log' : 'value',
      name: plot.unit,
      nameLocation: 'middle',
      nameGap: 55,
    },
    series: plot.names.map((name) => ({
      name,
      type: 'line',
      symbol: 'circle',
      symbolSize: 8,
      lineStyle: { width: 3 },
      color: COLOURS[name] ?? OTHER_COLOUR,
      data: clients.map(
        (count) => Math.round(median(curve.values(name, count, plot.pick)) * 10) / 10,
      ),
    })),
  });
}
