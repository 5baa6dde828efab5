import { deserialize, EJSON, onDemand } from 'bson';

/**
 * Canonical Extended JSON v2 that keeps the order of fields. JavaScript objects move integer-like keys to the front, and an index
 * on `{ "2": 1, "1": 1 }` is not one on `{ "1": 1, "2": 1 }`; so BSON becomes text without passing through objects, and text
 * becomes `Map`s, which the driver serializes in their order.
 */

const DOCUMENT = 0x03;
const ARRAY = 0x04;

/** One document as canonical Extended JSON, on one line. */
export function toExtendedJson(document: Uint8Array): string {
  return render(document, 0, DOCUMENT);
}

function render(bytes: Uint8Array, start: number, kind: number): string {
  const fields: string[] = [];
  for (const [type, nameAt, nameLength, at, length] of onDemand.parseToElements(bytes, start)) {
    const value =
      type === DOCUMENT || type === ARRAY ? render(bytes, at, type) : renderLeaf(bytes, type, at, length);
    if (kind === ARRAY) fields.push(value);
    else fields.push(`${JSON.stringify(text(bytes, nameAt, nameLength))}:${value}`);
  }
  return kind === ARRAY ? `[${fields.join(',')}]` : `{${fields.join(',')}}`;
}

/** A single value, through the library: put alone into a document `{ v: value }`. */
function renderLeaf(bytes: Uint8Array, type: number, at: number, length: number): string {
  const alone = Buffer.alloc(4 + 3 + length + 1);
  alone.writeInt32LE(alone.length, 0);
  alone[4] = type;
  alone[5] = 'v'.charCodeAt(0);
  alone.set(bytes.subarray(at, at + length), 7);
  const value = deserialize(alone, { promoteValues: false, bsonRegExp: true });
  return EJSON.stringify(value, { relaxed: false }).slice('{"v":'.length, -1);
}

const text = (bytes: Uint8Array, at: number, length: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + at, length).toString('utf8');

/** A value of {@link fromExtendedJson}: a document as a Map, an array, or a BSON value. */
export type Ordered = ReadonlyMap<string, unknown>;

/** Reads Extended JSON (canonical, or the plain numbers of old tools) into Maps. Throws SyntaxError on what is not JSON. */
export function fromExtendedJson(json: string): Ordered {
  // Validates the whole text, so that the walk below may trust its syntax.
  JSON.parse(json);
  const tokens = json.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  let at = 0;

  const value = (): unknown => {
    const token = tokens[at++]!;
    if (token === '{') return object();
    if (token === '[') return array();
    return JSON.parse(token);
  };
  const object = (): unknown => {
    const fields = new Map<string, unknown>();
    const start = at - 1;
    while (tokens[at] !== '}') {
      if (tokens[at] === ',') at++;
      const name = JSON.parse(tokens[at]!) as string;
      at += 2;
      fields.set(name, value());
    }
    at++;
    return isWrapper(fields) ? leaf(tokens.slice(start, at).join('')) : fields;
  };
  const array = (): unknown[] => {
    const items: unknown[] = [];
    while (tokens[at] !== ']') {
      if (tokens[at] === ',') at++;
      items.push(value());
    }
    at++;
    return items;
  };

  const parsed = value();
  if (!(parsed instanceof Map)) throw new SyntaxError('Expected a document.');
  return parsed;
}

/** The objects of Extended JSON that stand for one BSON value. `$regex` is left out: in a validator it is an operator. */
const WRAPPERS = new Set(
  (
    '$numberInt $numberLong $numberDouble $numberDecimal $oid $date $binary $uuid $regularExpression $timestamp ' +
    '$symbol $code $code,$scope $dbPointer $minKey $maxKey $undefined'
  ).split(' '),
);

const isWrapper = (fields: Ordered): boolean => WRAPPERS.has([...fields.keys()].join(','));

const leaf = (json: string): unknown =>
  (EJSON.parse(`{"v":${json}}`, { relaxed: false }) as { v: unknown }).v;
