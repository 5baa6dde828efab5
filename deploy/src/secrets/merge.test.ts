import { expect, test } from 'vitest';
import { emptyDocument, type SecretsDocument } from './document.ts';
import { mergeDocuments } from './merge.ts';

const origin = emptyDocument('production');
const holding = (secrets: Record<string, string>): SecretsDocument => ({ ...origin, secrets });

test('changes of different names are both kept', () => {
  const base = holding({ A: '1', B: '1', GONE: '1' });
  const ours = holding({ A: '2', B: '1', NEW: 'ours', GONE: '1' });
  const theirs = holding({ A: '1', B: '2' });
  expect(mergeDocuments(base, ours, theirs)).toEqual({
    document: holding({ A: '2', B: '2', NEW: 'ours' }),
    conflicts: [],
  });
});

test('the same change on both sides is no conflict', () => {
  expect(mergeDocuments(holding({ A: '1' }), holding({ A: '2' }), holding({ A: '2' })).conflicts).toEqual([]);
  expect(mergeDocuments(holding({ A: '1' }), holding({}), holding({})).document.secrets).toEqual({});
});

test('different changes of one name are a conflict, decided by a preference', () => {
  const base = holding({ A: '1', REMOVED: '1' });
  const ours = holding({ A: '2' });
  const theirs = holding({ A: '3', REMOVED: '2' });
  expect(mergeDocuments(base, ours, theirs).conflicts).toEqual(['A', 'REMOVED']);
  expect(mergeDocuments(base, ours, theirs, 'ours').document.secrets).toEqual({ A: '2' });
  expect(mergeDocuments(base, ours, theirs, 'theirs').document.secrets).toEqual({ A: '3', REMOVED: '2' });
  expect(mergeDocuments(base, ours, theirs, 'theirs').conflicts).toEqual([]);
});

test('two branches that both began the file merge what they began with', () => {
  const theirs = { ...emptyDocument('production'), secrets: { B: '2' } };
  const merged = mergeDocuments(null, holding({ A: '1' }), theirs);
  expect(merged.document).toEqual(holding({ A: '1', B: '2' }));
});
