import { text } from 'node:stream/consumers';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRedactor } from './redactor.ts';

const secret = 'p@ss/w+rd "ç" \\ <&\'>';
const redactor = createRedactor({ TOKEN: secret });

const forms: Record<string, string> = {
  plain: secret,
  JSON: JSON.stringify({ secret }),
  'JSON in JSON': JSON.stringify(JSON.stringify({ secret })),
  'URL component': encodeURIComponent(secret),
  'URL component, lower case': encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase()),
  'form field': new URLSearchParams({ secret }).toString(),
  'password in a URL': Object.assign(new URL('http://h/'), { password: secret, username: 'u' }).href,
  base64: Buffer.from(secret).toString('base64'),
  base64url: Buffer.from(secret).toString('base64url'),
  'base64 of basic auth': Buffer.from(`user:${secret}`).toString('base64'),
  'base64 inside a longer text': Buffer.from(`ab${secret}cd`).toString('base64'),
  hex: Buffer.from(secret).toString('hex'),
  HEX: Buffer.from(secret).toString('hex').toUpperCase(),
  shell: `'${secret.replaceAll("'", `'\\''`)}'`,
  inspected: inspect({ secret }),
};

test.each(Object.entries(forms))('takes a secret out of its %s form', (_form, carried) => {
  const redacted = redactor.redact(`before ${carried} after`);
  expect(redacted).toContain('[TOKEN]');
  expect(redacted.startsWith('before ')).toBe(true);
  expect(redacted.endsWith(' after')).toBe(true);
  for (const piece of [secret.slice(0, 8), carried.slice(12, 20)]) {
    if (carried.length > 24) expect(redacted).not.toContain(piece);
  }
});

test('a key of several lines is taken out line by line', () => {
  const pem =
    '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG\n9w0BAQEFAASCBKcwggSj\n-----END PRIVATE KEY-----\n';
  const keys = createRedactor({ KEY: pem });
  expect(keys.redact('worker | 9w0BAQEFAASCBKcwggSj')).toBe('worker | [KEY]');
  expect(keys.redact(`<${pem}>`)).toBe('<[KEY]>');
  expect(keys.redact('-----BEGIN PRIVATE KEY-----')).toBe('-----BEGIN PRIVATE KEY-----');
});

test('overlapping secrets leave nothing of either', () => {
  const both = createRedactor({ A: 'abcdef', B: 'defghi', C: 'cdef' });
  expect(both.redact('xabcdefghix')).toMatch(/^x\[[AB]\]x$/);
});

test('the longer of two secrets that begin alike is the one taken out', () => {
  expect(createRedactor({ SHORT: 'abcdef', LONG: 'abcdefghij' }).redact('abcdefghij')).toBe('[LONG]');
});

test('a value too short to be told from ordinary text is named', () => {
  const short = createRedactor({ FLAG: 'yes', TOKEN: 'long-enough' });
  expect(short.unprotected).toEqual(['FLAG']);
  expect(short.redact('yes, it is')).toBe('yes, it is');
});

test('text without secrets goes through untouched, byte by byte', async () => {
  const bytes = Buffer.from(Array.from({ length: 1024 }, (_, index) => index % 256));
  const stream = redactor.stream();
  stream.end(bytes);
  expect(Buffer.concat(await stream.toArray())).toEqual(bytes);
  expect(redactor.redact('lone \ud800 surrogate')).toBe('lone \ud800 surrogate');
});

test('a stream holds back only what may be the beginning of a secret', async () => {
  const stream = createRedactor({ TOKEN: 'secret-value' }).stream();
  stream.write('ready\n');
  expect(String(stream.read())).toBe('ready\n');
  stream.write('sec');
  expect(String(stream.read() ?? '')).toBe('');
  stream.write('ond');
  expect(String(stream.read())).toBe('second');
  stream.end('se');
  expect(await text(stream)).toBe('se');
});

test('data and errors are copied without their secrets', () => {
  const cause = new Error(`connect to mongodb://u:${secret}@h`);
  const error = Object.assign(new TypeError(`failed with ${secret}`, { cause }), { body: [secret] });
  cause.cause = error;
  const redacted = redactor.redactDeep({ error, [secret]: 1, when: new Date(0) });
  expect(inspect(redacted, { depth: 9 })).not.toContain(secret.slice(0, 8));
  expect(redacted.error).toBeInstanceOf(TypeError);
  expect(redacted.error.stack).toContain('failed with [TOKEN]');
  expect(redacted.when).toEqual(new Date(0));
  expect(error.message).toContain(secret);
});

test('no secret survives, however it is encoded and wherever the chunks break', async () => {
  const value = fc
    .string({ unit: 'grapheme', minLength: 8, maxLength: 40 })
    .filter((v) => v.trim().length >= 8);
  const encode = fc.constantFrom<(v: string) => string>(
    (v) => v,
    (v) => JSON.stringify(v),
    (v) => encodeURIComponent(v.toWellFormed()),
    (v) => Buffer.from(v).toString('base64'),
    (v) => Buffer.from(`x${v}y`).toString('base64'),
    (v) => Buffer.from(`xy${v}z`).toString('base64'),
    (v) => Buffer.from(v).toString('hex'),
  );
  await fc.assert(
    fc.asyncProperty(value, encode, fc.string(), fc.array(fc.nat(200)), async (v, encoded, around, cuts) => {
      const known = createRedactor({ TOKEN: v });
      const bytes = Buffer.from(`${around}${encoded(v)}${around}`);
      const stream = known.stream();
      let from = 0;
      for (const cut of [...cuts].sort((a, b) => a - b)) {
        stream.write(bytes.subarray(from, cut));
        from = Math.max(from, Math.min(cut, bytes.length));
      }
      stream.end(bytes.subarray(from));
      const streamed = Buffer.concat(await stream.toArray()).toString();
      expect(streamed).toContain('[TOKEN]');
      expect(streamed).toBe(known.redact(bytes.toString()));
    }),
    { numRuns: 300 },
  );
});

test('a megabyte of log with fifty secrets takes well under a second', () => {
  const secrets = Object.fromEntries(
    Array.from({ length: 50 }, (_, index) => [`S${index}`, `value-${index}-${'x'.repeat(30)}${index}`]),
  );
  const many = createRedactor(secrets);
  const log = 'GET /api/v1/leads 200 12ms value-of-nothing\n'.repeat(25_000);
  const start = performance.now();
  expect(many.redact(log)).toBe(log);
  expect(performance.now() - start).toBeLessThan(2_000);
});
