const BARS = '▁▂▃▄▅▆▇█';

/** One character a figure, the highest as the full block; nothing happened is a space. */
export function sparkline(figures: readonly number[]): string {
  const most = Math.max(...figures, 1);
  return figures.map((each) => (each <= 0 ? ' ' : (BARS[Math.ceil((each / most) * BARS.length) - 1] ?? ''))).join('');
}
