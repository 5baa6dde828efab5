import type { RunOptions } from '../src/run.ts';
import type { random } from './random.ts';
import type { Fault, Operation, S3Twin } from './s3-twin/twin.ts';

export interface Chaos {
  readonly title: string;
  /** Puts it in place; the returned function takes it away. */
  begin(twin: S3Twin, dice: ReturnType<typeof random>): () => void;
}

const error = (status: number, code: string): Fault => ({ kind: 'error', status, code });

/** A fault on some requests: from a random one on, for a random number of requests that `matches` picks. */
function faulty(
  title: string,
  fault: Fault,
  most: number,
  matches: (operation: Operation) => boolean = () => true,
): Chaos {
  return {
    title,
    begin(twin, dice) {
      let skip = dice.below(12);
      let left = 1 + dice.below(most);
      twin.fault = (operation) => {
        if (!matches(operation) || left === 0 || skip-- > 0) return undefined;
        left--;
        return fault;
      };
      return () => {
        twin.fault = undefined;
      };
    },
  };
}

const forEver = Number.MAX_SAFE_INTEGER;
const named =
  (...names: string[]) =>
  (operation: Operation) =>
    names.includes(operation.name);

/** Everything that can go wrong between a run and its store, short of a kill. */
export const chaos: readonly Chaos[] = [
  { title: 'nothing', begin: () => () => {} },
  faulty('some 500s', error(500, 'InternalError'), 4),
  faulty('SlowDown', error(503, 'SlowDown'), 4),
  faulty('500s for ever', error(500, 'InternalError'), forEver),
  faulty('a cut network', { kind: 'cut' }, 3),
  faulty('a network that is away', { kind: 'cut' }, forEver),
  faulty('lost answers', { kind: 'lost-answer' }, 3),
  faulty('answers that break off', { kind: 'short' }, 3, named('GetObject')),
  faulty(
    'a wrong byte back',
    { kind: 'wrong-byte' },
    2,
    ({ name, key }) => name === 'GetObject' && key.includes('archive'),
  ),
  faulty(
    'a wrong byte in a manifest',
    { kind: 'wrong-byte' },
    1,
    ({ name, key }) => name === 'GetObject' && key.includes('manifest'),
  ),
  faulty('stale listings', { kind: 'stale' }, forEver, named('ListObjects')),
  faulty('expired credentials', error(400, 'ExpiredToken'), forEver),
  faulty(
    'a full bucket',
    error(403, 'QuotaExceeded'),
    forEver,
    named('PutObject', 'UploadPart', 'CreateMultipartUpload'),
  ),
];

/** A clock that is wrong by up to ten years. */
export const jumped = (dice: ReturnType<typeof random>): NonNullable<RunOptions['now']> => {
  const offset = (dice.next() - 0.5) * 20 * 365 * 24 * 60 * 60 * 1000;
  return () => new Date(Date.now() + offset);
};
