import type { RunOptions } from '../src/run.ts';
import type { random } from './random.ts';
import type { Fault } from './s3-twin/fault.ts';
import type { Operation, S3Twin } from './s3-twin/twin.ts';

export interface Chaos {
  readonly title: string;
  /** Puts it in place; the returned function takes it away. */
  begin(twin: S3Twin, dice: ReturnType<typeof random>): () => void;
}

const error = (status: number, code: string): Fault => ({ kind: 'error', status, code });

/** A fault on some requests: from one of the first `within` that `matches` picks, for a random number of them. */
function faulty(
  title: string,
  fault: Fault,
  most: number,
  matches: (operation: Operation) => boolean = () => true,
  within = 12,
): Chaos {
  return {
    title,
    begin(twin, dice) {
      let skip = dice.below(within);
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

/** With something that a killed run left: a run that finds nothing deletes nothing. */
function leftBehind({ title, begin }: Chaos): Chaos {
  return {
    title,
    begin(twin, dice) {
      twin.put('crm/production/20260101T030000Z-00000a/archive.gz', 'left behind');
      return begin(twin, dice);
    },
  };
}

const writing = named('PutObject', 'UploadPart', 'CreateMultipartUpload');
const at =
  (part: 'manifest' | 'archive', ...names: string[]) =>
  ({ name, key }: Operation) =>
    key.includes(part) && names.includes(name);
const page = '<!DOCTYPE html><html><body>Please log in</body></html>';
const answer = (status: number, body: string, type = 'text/html'): Fault => ({
  ...{ kind: 'answer', status, body },
  headers: { 'content-type': type },
});
const xml = (code: string): string =>
  `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`;

/** Everything that can go wrong between a run and its store, short of a kill. */
export const chaos: readonly Chaos[] = [
  { title: 'nothing', begin: () => () => {} },
  faulty('some 500s', error(500, 'InternalError'), 4),
  faulty('SlowDown', error(503, 'SlowDown'), 4),
  faulty('some 429s', error(429, 'TooManyRequests'), 4),
  faulty('500s for ever', error(500, 'InternalError'), forEver),
  faulty('a cut network', { kind: 'cut' }, 3),
  faulty('a network that is away', { kind: 'cut' }, forEver),
  faulty('lost answers', { kind: 'lost-answer' }, 3),
  faulty('answers that break off', { kind: 'short' }, 3, named('GetObject'), 4),
  faulty('answers that break off, whatever they are', { kind: 'short' }, 3),
  faulty('a store that falls silent once', { kind: 'silent' }, 1),
  faulty('a store that falls silent for ever', { kind: 'silent' }, forEver),
  faulty('a body that stalls once', { kind: 'stall', after: 1 }, 1, named('GetObject', 'ListObjects'), 4),
  faulty('bodies that never come', { kind: 'stall', after: 0 }, forEver, named('GetObject'), 4),
  faulty('listings that stall', { kind: 'stall', after: 60 }, forEver, named('ListObjects'), 3),
  faulty('bodies that drip', { kind: 'drip', every: 40 }, forEver, named('GetObject'), 4),
  faulty('a wrong byte back', { kind: 'wrong-byte' }, 2, at('archive', 'GetObject'), 2),
  faulty('a wrong byte in a manifest', { kind: 'wrong-byte' }, 1, at('manifest', 'GetObject'), 2),
  faulty('wrong bytes in listings', { kind: 'wrong-byte' }, 3, named('ListObjects'), 3),
  faulty('too large a Content-Length', { kind: 'length', by: 7 }, 2, named('GetObject'), 4),
  faulty('too small a Content-Length', { kind: 'length', by: -7 }, 2, named('GetObject'), 4),
  faulty('wrong versions', { kind: 'wrong-etag' }, 4, undefined, 4),
  faulty('wrong versions for ever', { kind: 'wrong-etag' }, forEver, undefined, 4),
  faulty('interim answers', { kind: 'continue' }, forEver),
  faulty('connections that end', { kind: 'close' }, forEver),
  {
    title: 'answers that break off, and no ranges',
    begin(twin) {
      let answers = 0;
      twin.fault = ({ name }) => {
        if (name !== 'GetObject') return undefined;
        return answers++ % 2 === 0 ? { kind: 'short' } : { kind: 'no-range' };
      };
      return () => {
        twin.fault = undefined;
      };
    },
  },
  faulty('old archives for new ones', { kind: 'replay' }, forEver, at('archive', 'GetObject'), 2),
  faulty('old manifests for new ones', { kind: 'replay' }, forEver, at('manifest', 'GetObject'), 2),
  faulty('half of a manifest kept', { kind: 'keeps', what: 'half' }, 1, at('manifest', 'PutObject'), 2),
  faulty('nothing of a manifest kept', { kind: 'keeps', what: 'nothing' }, 1, at('manifest', 'PutObject'), 2),
  faulty('a manifest changed', { kind: 'keeps', what: 'a changed byte' }, 1, at('manifest', 'PutObject'), 2),
  faulty('an old manifest kept', { kind: 'keeps', what: 'an older one' }, 1, at('manifest', 'PutObject'), 2),
  faulty('half of all kept', { kind: 'keeps', what: 'half' }, forEver, writing, 3),
  faulty('half of an archive kept', { kind: 'keeps', what: 'half' }, 1, at('archive', 'PutObject'), 1),
  faulty('nothing of an archive kept', { kind: 'keeps', what: 'nothing' }, 1, at('archive', 'PutObject'), 1),
  faulty('an archive changed', { kind: 'keeps', what: 'a changed byte' }, 1, at('archive', 'PutObject'), 1),
  faulty('an old archive kept', { kind: 'keeps', what: 'an older one' }, 1, at('archive', 'PutObject'), 1),
  faulty('conditions that are ignored', { kind: 'no-conditions' }, forEver, undefined, 4),
  faulty('conditions that fail', error(412, 'PreconditionFailed'), forEver, named('PutObject'), 3),
  leftBehind(faulty('deletions that are not done', { kind: 'no-delete' }, forEver, named('DeleteObject'), 1)),
  faulty('stale listings', { kind: 'stale' }, forEver, named('ListObjects'), 3),
  faulty('listings with all twice', { kind: 'listing', how: 'twice' }, forEver, named('ListObjects'), 3),
  faulty('listings in circles', { kind: 'listing', how: 'circle' }, forEver, named('ListObjects'), 3),
  faulty('listings backwards', { kind: 'listing', how: 'backwards' }, forEver, named('ListObjects'), 3),
  faulty('listings with holes', { kind: 'listing', how: 'holes' }, forEver, named('ListObjects'), 3),
  faulty('pages with 200', answer(200, page), 3),
  faulty('pages with 200 for ever', answer(200, page), forEver),
  faulty('pages with 404', answer(404, page), 3),
  faulty('pages with 502', answer(502, page), 3),
  faulty('empty answers', answer(200, '', 'application/xml'), 3),
  faulty('half an XML', answer(200, '<?xml version="1.0"?><ListBucketRe', 'application/xml'), 3),
  faulty('errors with 200', answer(200, xml('InternalError'), 'application/xml'), 3),
  faulty('redirects', answer(307, ''), 2),
  faulty('expired credentials', error(400, 'ExpiredToken'), forEver),
  faulty('a clock that differs', error(403, 'RequestTimeTooSkewed'), forEver),
  faulty('no right to list', error(403, 'AccessDenied'), forEver, named('ListObjects'), 3),
  faulty('no right to read', error(403, 'AccessDenied'), forEver, named('GetObject', 'HeadObject'), 4),
  faulty('no right to write', error(403, 'AccessDenied'), forEver, writing, 3),
  leftBehind(faulty('no right to delete', error(403, 'AccessDenied'), forEver, named('DeleteObject'), 1)),
  faulty('a bucket that goes away', error(404, 'NoSuchBucket'), forEver),
  faulty('a full bucket', error(403, 'QuotaExceeded'), forEver, writing, 3),
];

/** A clock that is wrong by up to ten years. */
export const jumped = (dice: ReturnType<typeof random>): NonNullable<RunOptions['now']> => {
  const offset = (dice.next() - 0.5) * 20 * 365 * 24 * 60 * 60 * 1000;
  return () => new Date(Date.now() + offset);
};
