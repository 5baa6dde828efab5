import {
  Binary,
  BSONRegExp,
  Code,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  serialize,
  Timestamp,
} from 'bson';
import { expect, test } from 'vitest';
import { fromExtendedJson, toExtendedJson } from './extended-json.ts';

test('integer-like keys keep their order both ways', () => {
  const document = new Map<string, unknown>([
    [
      'key',
      new Map<string, unknown>([
        ['10', new Int32(1)],
        ['2', new Int32(-1)],
        ['a', new Double(1)],
      ]),
    ],
    ['name', '10_1_2_-1_a_1'],
  ]);
  const json = toExtendedJson(serialize(document));
  expect(json).toBe(
    '{"key":{"10":{"$numberInt":"1"},"2":{"$numberInt":"-1"},"a":{"$numberDouble":"1.0"}},"name":"10_1_2_-1_a_1"}',
  );
  expect(toExtendedJson(serialize(fromExtendedJson(json)))).toBe(json);
});

test('every type survives text and back, byte for byte', () => {
  const bytes = serialize(
    new Map<string, unknown>([
      ['id', new ObjectId('65a1b2c3d4e5f60718293a4b')],
      ['int', new Int32(5)],
      ['long', Long.fromString('9007199254740993')],
      ['double', new Double(-0)],
      ['decimal', Decimal128.fromString('1.10')],
      ['date', new Date(1700000000123)],
      ['far', new Date(8640000000000000)],
      ['stamp', new Timestamp({ t: 5, i: 6 })],
      ['binary', new Binary(Buffer.from([1, 2, 3]), 5)],
      ['regex', new BSONRegExp('^a"b', 'im')],
      ['code', new Code('return 1')],
      ['min', new MinKey()],
      ['max', new MaxKey()],
      ['nothing', null],
      ['yes', true],
      ['text', 'é "quoted" \\ and {"braces":[1,2]} \u2028'],
      ['list', [new Int32(1), [new Int32(2)], new Map([['$gt', new Int32(3)]]), []]],
      [
        'operator',
        new Map([
          ['$regex', '^x'],
          ['$options', 'i'],
        ]),
      ],
      ['empty', new Map()],
    ]),
  );
  const json = toExtendedJson(bytes);
  expect(Buffer.from(serialize(fromExtendedJson(json))).equals(Buffer.from(bytes))).toBe(true);
});

test('plain numbers of old tools are read', () => {
  expect(fromExtendedJson('{"v":2,"key":{"_id":1}}').get('v')).toBe(2);
});

test('what is not JSON is refused', () => {
  expect(() => fromExtendedJson('{"a":1')).toThrow(SyntaxError);
  expect(() => fromExtendedJson('[]')).toThrow(SyntaxError);
});
