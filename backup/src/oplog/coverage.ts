import { compareInstants, type Instant, isAfter, laterOf } from './instant.ts';

/** A stretch of time of which all changes are there. */
export interface Span {
  readonly after: Instant;
  readonly upTo: Instant;
}

/** Joins stretches that touch or overlap. */
export function spansOf(slices: readonly Span[]): Span[] {
  const spans: Span[] = [];
  for (const { after, upTo } of slices.toSorted((a, b) => compareInstants(a.after, b.after))) {
    const last = spans.at(-1);
    if (last === undefined || isAfter(after, last.upTo)) spans.push({ after, upTo });
    else spans[spans.length - 1] = { after: last.after, upTo: laterOf(last.upTo, upTo) };
  }
  return spans;
}

/** The stretches to which a restore can go, from the first backup in each on: `at` are the instants that backups are of. */
export function restorable(slices: readonly Span[], at: readonly Instant[]): Span[] {
  return spansOf(slices).flatMap(({ after, upTo }) => {
    const [first] = at
      .filter((instant) => !isAfter(after, instant) && !isAfter(instant, upTo))
      .toSorted(compareInstants);
    return first === undefined ? [] : [{ after: first, upTo }];
  });
}

/**
 * The slices that lead from one instant to just before another, in their order; undefined when something is missing in between. Those that add
 * nothing to the ones before are left out.
 */
export function chain<T extends Span>(slices: readonly T[], from: Instant, before: Instant): T[] | undefined {
  const used: T[] = [];
  let position = from;
  for (const slice of slices.toSorted((a, b) => compareInstants(a.after, b.after))) {
    if (reaches(position, before) || isAfter(slice.after, position)) break;
    if (!isAfter(slice.upTo, position)) continue;
    used.push(slice);
    position = slice.upTo;
  }
  return reaches(position, before) ? used : undefined;
}

/** Whether nothing can have happened between what is known up to an instant, and another. */
const reaches = (upTo: Instant, before: Instant): boolean =>
  upTo.t >= before.t && (upTo.t > before.t || upTo.i >= before.i - 1);
