/** Room for marks that stand too close on a line. */

/**
 * Positions at least `gap` apart, in the same order, inside `from … to`, and as near to the wanted ones as that
 * allows: marks that have room stay where they are, a crowd spreads around its middle. Where all of them
 * together have no room, the gap shrinks evenly. `wanted` is in ascending order.
 */
export function spread(wanted: readonly number[], gap: number, from: number, to: number): number[] {
  if (wanted.length === 0) return [];
  const room = Math.max(to - from, 0);
  const step = Math.min(gap, wanted.length > 1 ? room / (wanted.length - 1) : gap);
  // With the gaps taken out, "far enough apart" is "not descending": crowds merge into their mean.
  const crowds: { sum: number; count: number }[] = [];
  wanted.forEach((position, i) => {
    let crowd = { sum: position - i * step, count: 1 };
    for (let last = crowds.at(-1); last && mean(last) > mean(crowd); last = crowds.at(-1)) {
      crowds.pop();
      crowd = { sum: last.sum + crowd.sum, count: last.count + crowd.count };
    }
    crowds.push(crowd);
  });
  const most = Math.max(to - (wanted.length - 1) * step, from);
  return crowds
    .flatMap((crowd) => Array<number>(crowd.count).fill(mean(crowd)))
    .map((position, i) => Math.min(Math.max(position, from), most) + i * step);
}

function mean(crowd: { sum: number; count: number }): number {
  return crowd.sum / crowd.count;
}
