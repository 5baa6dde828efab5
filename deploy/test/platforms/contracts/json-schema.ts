export type Json = Record<string, unknown>;

/** Words of JSON Schema whose value maps names to schemas. */
const byName = ['properties', 'patternProperties', 'definitions', '$defs'];
/** Words whose value is a schema, or a list of them. */
const nested = ['items', 'allOf', 'anyOf', 'oneOf', 'not', 'additionalProperties', 'unevaluatedProperties'];
/** Words whose value is data. */
const plain = [
  ...['$schema', '$id', '$ref', 'type', 'nullable', 'enum', 'const', 'format', 'pattern', 'required'],
  ...['minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems', 'uniqueItems'],
];
/** Words for people and for generators of code: nothing is valid or invalid by them. */
const prose = [
  ...['title', 'description', '$comment', 'example', 'examples', 'default', 'deprecated'],
  ...['readOnly', 'writeOnly', 'x-go-type', 'x-enum-varnames'],
];

/** A JSON Schema without its prose. Fails for a word that it does not know, since leaving that out could allow more. */
export function shapeOf(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(shapeOf);
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).flatMap(([word, value]): [string, unknown][] => {
      if (byName.includes(word)) return [[word, mapped(value as Json, shapeOf)]];
      if (nested.includes(word)) return [[word, shapeOf(value)]];
      if (plain.includes(word)) return [[word, value]];
      if (prose.includes(word)) return [];
      throw new Error(`json-schema.ts does not know the word "${word}" of a JSON Schema`);
    }),
  );
}

/** The same names with other values. */
export const mapped = (object: Json, change: (value: unknown) => unknown): Json =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));

/** Names under `prefix` to which references in a value lead, also those that lead deeper than the name. */
export function referredIn(value: unknown, prefix: string): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => referredIn(one, prefix));
  if (typeof value !== 'object' || value === null) return [];
  const { $ref } = value as Json;
  const own =
    typeof $ref === 'string' && $ref.startsWith(prefix) ? [$ref.slice(prefix.length).split('/')[0]!] : [];
  return [...own, ...Object.values(value).flatMap((one) => referredIn(one, prefix))];
}
