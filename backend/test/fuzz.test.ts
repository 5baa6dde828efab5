import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCrm, type TestCrm } from './crm.ts';
import { undescribed } from './described.ts';
import { firstAdmin } from './person.ts';

/** How many requests are made; CONDUCTOR_STORIES=full makes many more. */
const runs = process.env.CONDUCTOR_STORIES === 'full' ? 5000 : 400;

interface Operation {
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  path: string;
  parameters: { name: string; in: string }[];
  properties: string[];
}

/** Values of every kind, and those that have broken servers before. */
const nasty = fc.constantFrom<unknown>(
  '',
  ' ',
  '\u0000',
  '\ud800',
  '__proto__',
  '$where',
  { $gt: '' },
  { $ne: null },
  [],
  {},
  [[]],
  null,
  true,
  -1,
  1e308,
  0.1,
  '9'.repeat(400),
  'a'.repeat(5000),
  '../../etc/passwd',
  '<script>alert(1)</script>',
  '%00',
  '2026-02-30',
  '2026-13-01T00:00:00Z',
  '@me',
  '@today',
  'ffffffffffffffffffffffff',
  Number.MAX_SAFE_INTEGER,
);
const anything = fc.oneof(nasty, fc.jsonValue({ maxDepth: 3 }), fc.string({ unit: 'binary' }));

describe('the API, asked anything its description allows and more', () => {
  let crm: TestCrm;
  let operations: Operation[];
  let id: string;
  beforeAll(async () => {
    crm = await openCrm();
    const admin = await firstAdmin(crm);
    id = (await admin.call('POST', '/deals', { title: 'A deal' })).body.id;
    const { body } = await crm.call('GET', '/openapi.json');
    const follow = (schema?: { $ref?: string; properties?: object }): object => {
      const target = schema?.$ref ? body.components.schemas[schema.$ref.split('/').at(-1)!] : schema;
      return target?.properties ?? {};
    };
    operations = Object.entries<
      Record<
        string,
        {
          parameters?: Operation['parameters'];
          requestBody?: { content: Record<string, { schema?: object }> };
        }
      >
    >(body.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        method: method.toUpperCase() as Operation['method'],
        path,
        parameters: operation.parameters ?? [],
        properties: Object.keys(follow(operation.requestBody?.content['application/json']?.schema)),
      })),
    );
  });
  afterAll(() => crm.close());

  it('never answers with 500, and every refusal is a problem', async () => {
    expect(operations.length).toBeGreaterThan(40);
    const fault = undescribed(crm.app);
    const choice = fc.record({
      which: fc.nat(),
      known: fc.boolean(),
      values: fc.array(anything, { minLength: 12, maxLength: 12 }),
      extra: fc.dictionary(fc.string({ maxLength: 10 }), anything, { maxKeys: 2 }),
      raw: fc.option(anything, { freq: 8 }),
      version: fc.constantFrom('1', '2', '"1"', 'x', ''),
    });
    await fc.assert(
      fc.asyncProperty(choice, async ({ which, known, values, extra, raw, version }) => {
        const operation = operations[which % operations.length]!;
        const value = (index: number) => values[index % values.length];
        const text = (of: unknown) =>
          encodeURIComponent((typeof of === 'string' ? of : JSON.stringify(of)).toWellFormed());
        const path = operation.path.replace(/\{\w+\}/g, () => (known ? id : text(value(0)) || 'x'));
        const query = operation.parameters
          .filter((parameter, index) => parameter.in === 'query' && values[index] !== null)
          .map(({ name }, index) =>
            name === 'filter'
              ? `filter[${text(value(index + 1))}][${text(value(index + 2))}]=${text(value(index))}`
              : `${name}=${text(value(index))}`,
          );
        const fields = Object.fromEntries(operation.properties.map((name, index) => [name, value(index)]));
        const body =
          operation.method === 'GET' || operation.method === 'DELETE'
            ? undefined
            : (raw ?? { ...fields, ...extra });
        const answer = await crm.app.inject({
          method: operation.method,
          url: `${path}${query.length > 0 ? `?${query.join('&')}` : ''}`,
          headers: {
            host: 'localhost',
            authorization: 'Bearer test-token-0123456789-0123456789-abc',
            'if-match': version,
            ...(body !== undefined && { 'content-type': 'application/json' }),
          },
          ...(body !== undefined && { payload: JSON.stringify(body) }),
        });
        expect(
          answer.statusCode,
          `${operation.method} ${path} ${JSON.stringify(body)} → ${answer.body.slice(0, 300)}`,
        ).not.toBe(500);
        expect(fault(operation.method, path, answer.statusCode)).toBeUndefined();
        if (answer.statusCode >= 400)
          expect(answer.headers['content-type']).toContain('application/problem+json');
      }),
      { numRuns: runs, seed: process.env.CONDUCTOR_STORIES === 'full' ? undefined : 20261123 },
    );
  }, 300_000);
});
