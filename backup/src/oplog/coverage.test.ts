import { describe, expect, test } from 'vitest';
import { random as seeded } from '../../test/random.ts';
import { chain, restorable, spansOf } from './coverage.ts';
import { compareInstants, type Instant } from './instant.ts';

const at = (t: number, i = 1): Instant => ({ t, i });
const slice = (after: number, upTo: number) => ({ after: at(after), upTo: at(upTo) });

describe('slices', () => {
  test('that touch or overlap are one stretch', () => {
    expect(spansOf([slice(20, 30), slice(10, 20), slice(15, 25), slice(40, 50)])).toEqual([
      slice(10, 30),
      slice(40, 50),
    ]);
  });

  test('lead from a backup to what is before an instant', () => {
    const slices = [slice(10, 20), slice(20, 30), slice(30, 40)];
    expect(chain(slices, at(15), at(25))).toEqual(slices.slice(0, 2));
    expect(chain(slices, at(15), at(30, 2))).toEqual(slices.slice(0, 2));
    expect(chain(slices, at(15), at(30, 3))).toEqual(slices);
    expect(chain(slices, at(15), at(41, 0))).toBeUndefined();
    expect(chain(slices, at(5), at(25))).toBeUndefined();
    expect(chain([slices[0]!, slices[2]!], at(15), at(35))).toBeUndefined();
    expect(chain([], at(15), at(15, 2))).toEqual([]);
  });

  test('that say the same as others are left out', () => {
    expect(chain([slice(10, 20), slice(10, 20), slice(12, 18), slice(10, 30)], at(10), at(30))).toEqual([
      slice(10, 20),
      slice(10, 30),
    ]);
  });

  test('let go to any time from the first backup in each stretch on', () => {
    const slices = [slice(10, 20), slice(20, 30), slice(40, 50), slice(60, 70)];
    expect(restorable(slices, [at(45), at(15), at(12), at(55)])).toEqual([
      { after: at(12), upTo: at(30) },
      { after: at(45), upTo: at(50) },
    ]);
  });

  test('lead somewhere exactly when no instant in between is missing (1,000 random sets)', () => {
    const random = seeded(14);
    for (let run = 0; run < 1_000; run++) {
      const slices = Array.from({ length: random.below(8) }, () => {
        const after = random.below(20);
        return slice(after, after + 1 + random.below(6));
      });
      const from = random.below(20);
      const before = from + 1 + random.below(10);
      const has = (t: number) => slices.some(({ after, upTo }) => after.t < t && t <= upTo.t);
      const all = Array.from({ length: before - from }, (_, index) => from + 1 + index).every(has);
      const found = chain(slices, at(from), at(before));
      expect(found !== undefined, JSON.stringify({ run, slices, from, before })).toBe(all);
      if (found === undefined) continue;
      const ends = found.map(({ upTo }) => upTo);
      expect(ends).toEqual(ends.toSorted(compareInstants));
    }
  });
});
