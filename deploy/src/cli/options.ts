import type { Option } from './command.ts';

/** A switch: off unless given. */
export const flag = (what: string, short?: string): Option<boolean> => ({
  what,
  parse: () => true,
  default: false,
  ...(short !== undefined && { short }),
});

export const text = (value: string, what: string, short?: string): Option<string | undefined> => ({
  what,
  value,
  parse: (given) => {
    if (given.trim() === '') throw new Error('is blank');
    return given;
  },
  default: undefined,
  ...(short !== undefined && { short }),
});

/** A whole number between two others. */
export function count<D extends number | undefined>(
  what: string,
  least: number,
  most: number,
  initial: D,
): Option<number | D> {
  return {
    what,
    value: 'N',
    parse: (given) => {
      const number = Number(given);
      if (/^\d+$/.test(given) && number >= least && number <= most) return number;
      throw new Error(`is not a whole number from ${least} to ${most}`);
    },
    default: initial,
  };
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** Seconds, given as `30`, `30s`, `2m` or `1h`. */
export const duration = (what: string): Option<number | undefined> => ({
  what,
  value: 'TIME',
  parse: (given) => {
    const found = /^(\d+)([smh]?)$/.exec(given);
    if (!found) throw new Error('is not a time such as 30s, 2m or 1h');
    return Number(found[1]) * units[found[2] || 's']!;
  },
  default: undefined,
});

/** For every command that takes the lock of an environment. */
export const wait = duration('How long to wait for someone else who is changing the environment.');

/** For every command that plans a deploy. */
export const adopt: Option<readonly string[]> = {
  what: 'Take over what has this name on the platform and was not made by Conductor for this environment; may be given several times.',
  value: 'NAME',
  repeats: true,
  parse: (given) => {
    if (given.trim() === '') throw new Error('is blank');
    return [given];
  },
  default: [],
};

/** For every command that plans a deploy. */
export const upgradeStores = flag(
  'Start stores again as the version that the settings name: nobody can save meanwhile, about a minute.',
);
