import { BSON } from 'mongodb';
import { expect, it } from 'vitest';
import { RememberedRows, writeJson } from './rows.ts';

const id = '665f1f77bcf86cd799439011';
const bytesOf = (document: object) => Buffer.from(BSON.serialize(document));

it('views a document once while its bytes stay the same, and anew as soon as one of them differs', () => {
  let viewed = 0;
  const rows = new RememberedRows((document: BSON.Document) => ({ viewed: ++viewed, name: document.name }));
  expect(rows.of(bytesOf({ _id: id, name: 'Ana' }))).toEqual({ viewed: 1, name: 'Ana' });
  expect(rows.of(bytesOf({ _id: id, name: 'Ana' }))).toEqual({ viewed: 1, name: 'Ana' });
  expect(rows.of(bytesOf({ _id: id, name: 'Eva' }))).toEqual({ viewed: 2, name: 'Eva' });
  expect(rows.of(bytesOf({ _id: id, name: 'Ana' }))).toEqual({ viewed: 3, name: 'Ana' });
});

it('reads documents whose id stands elsewhere or is no text', () => {
  const rows = new RememberedRows((document: BSON.Document) => ({ name: document.name }));
  for (const document of [{ name: 'Ana', _id: id }, { _id: 7, name: 'Eva' }, {}])
    expect(rows.of(bytesOf(document))).toEqual({ name: (document as { name?: string }).name });
});

it('keeps no more than a few megabytes', () => {
  let viewed = 0;
  const rows = new RememberedRows((_document: BSON.Document) => ({ viewed: ++viewed }));
  const nth = (n: number) => bytesOf({ _id: n.toString(16).padStart(24, '0'), note: 'x'.repeat(4000) });
  for (let n = 0; n < 2000; n += 1) rows.of(nth(n));
  expect(rows.of(nth(1999))).toEqual({ viewed: 2000 });
  expect(rows.of(nth(0))).toEqual({ viewed: 2001 });
});

it('writes an answer as JSON.stringify does, whether its rows are remembered or not', () => {
  const rows = new RememberedRows((document: BSON.Document) => ({ name: document.name, none: undefined }));
  const data = ['Ana', 'Eva "a quente"', 'Íris\u2028'].map((name, n) =>
    rows.of(bytesOf({ _id: n.toString(16).padStart(24, '0'), name })),
  );
  const page = { nextCursor: null, total: 3, totalCapped: false };
  for (const answer of [
    { data, page },
    { data, page },
    { data: [], page },
    { data: [{ a: 1 }], page },
    { page },
    { data: [...data, null, undefined, () => 1], page, none: undefined, call: () => 1, at: new Date(0) },
    { columns: [{ stageId: 'a', deals: data, 'odd "name"': [Number.NaN, [1, { b: [{ c: { d: [] } }] }]] }] },
    { data, page, more: 1 },
    { gone: { toJSON: () => undefined }, data },
    null,
    [1],
    'text',
  ])
    expect(String(writeJson(answer))).toBe(JSON.stringify(answer));
});

it('writes remembered rows as bytes, and all other answers as text', () => {
  const rows = new RememberedRows((document: BSON.Document) => ({ name: document.name }));
  const data = [rows.of(bytesOf({ _id: id, name: 'Íris' }))];
  expect(writeJson({ data })).toEqual(Buffer.from('{"data":[{"name":"Íris"}]}'));
  expect(writeJson({ name: 'Íris' })).toBe('{"name":"Íris"}');
});
