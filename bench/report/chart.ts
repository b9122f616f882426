import * as echarts from 'echarts';

const WIDTH_PX = 860;

/** Draws a chart on white, as an SVG document. */
export function svgOf(heightPx: number, title: string, options: echarts.EChartsOption): string {
  const chart = echarts.init(null, null, {
    renderer: 'svg',
    ssr: true,
    width: WIDTH_PX,
    height: heightPx,
  });
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    title: { text: title, left: 'center', textStyle: { fontSize: 16 } },
    ...options,
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
