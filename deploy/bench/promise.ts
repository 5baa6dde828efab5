/** Prints a figure beside what is promised of it; the bench ends with 1 when one is not kept, or is no number. */
export function promise(
  what: string,
  figure: number,
  limit: number,
  unit: 's' | 'ms' | 'requests' | 'MB',
  how: string,
): void {
  const kept = Number.isFinite(figure) && figure >= 0 && figure <= limit;
  if (!kept) process.exitCode = 1;
  const digits = { s: 2, ms: 1, requests: 0, MB: 1 }[unit];
  console.log(
    `${what.padEnd(28)} ${figure.toFixed(digits)} ${unit}, ${kept ? 'within' : 'OVER'} ${limit} ${unit} (${how})`,
  );
}

/** The middle one; of none, NaN, which keeps no promise. */
export const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
