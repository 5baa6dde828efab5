import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCrm, type TestCrm } from '../../test/crm.ts';
import { portuguese } from './portuguese.ts';
import { translate } from './translate.ts';

const source = join(import.meta.dirname, '..');

/** Files whose sentences no person reads in an answer of the API, and who reads them. */
const others: Readonly<Record<string, string>> = {
  'ai/answers.ts': 'judges what a model answers',
  'ai/assistant-tools.ts': 'told to the model',
  'ai/deal-insight.ts': 'judges what a model answers',
  'ai/email-drafts.ts': 'judges what a model answers',
  'ai/lead-qualification.ts': 'judges what a model answers',
  'ai/schema.ts': 'judges what a model answers',
  'backups/shipping.ts': 'told to whoever runs the server',
  'backups/watch.ts': 'told to whoever runs the server',
  'backups/settings.ts': 'told to whoever starts the server',
  'mongo/require-transactions.ts': 'told to whoever starts the server',
  'settings.ts': 'told to whoever starts the server',
  'secret-key.ts': 'told to whoever starts the server',
};

const text = String.raw`(${'`(?:[^`\\\\]|\\\\.)*`'}|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")`;
/** Where the API's sentences stand: details of problems, invalid values, and what schemas say. */
const places = [
  String.raw`\bdetail:\s*${text}`,
  String.raw`\binvalid\(\s*[^,()]+,\s*[^,()]+,\s*${text}`,
  String.raw`\.(?:refine|regex)\([^;]*?,\s*${text}`,
  String.raw`(?:error|message):\s*${text}`,
  String.raw`'no-(?:host|sender)':\s*${text}`,
  String.raw`const fullStore =\s*${text}`,
];

/** As it stands in the source: without its marks, `{}` for what is filled in. */
const asWritten = (literal: string): string =>
  literal
    .slice(1, -1)
    .replace(/\{\{\$\{[^}]*\}\}\}|\$\{[^}]*(?:\([^)]*\)[^}]*)*\}/g, '{}')
    .replaceAll("\\'", "'");

async function sentences(): Promise<{ file: string; sentence: string }[]> {
  const found: { file: string; sentence: string }[] = [];
  for await (const file of glob('**/*.ts', { cwd: source })) {
    if (/\.test\.ts$|^(seed|testing|texts)\//.test(file) || file in others) continue;
    const code = await readFile(join(source, file), 'utf8');
    for (const place of places)
      for (const [, literal] of code.matchAll(new RegExp(place, 'g')))
        found.push({ file, sentence: asWritten(literal!) });
  }
  return found;
}

describe('what the API says', () => {
  it('is in Portuguese, too, every sentence of it', async () => {
    const all = (await sentences()).filter(({ sentence }) => /[a-z] [a-z]/i.test(sentence));
    expect(all.length).toBeGreaterThan(80);
    const missing = all.filter(({ sentence }) => translate(sentence, 'pt') === sentence);
    expect(missing).toEqual([]);
  });

  it('is in the list once, with as many parts in both languages', () => {
    for (const [english, words] of Object.entries(portuguese))
      expect(words.split('{}').length, english).toBe(english.split('{}').length);
  });

  it('names records as people do', () => {
    expect(translate('There is no such deal.', 'pt')).toBe('Não há este registro (negócio).');
    expect(translate('There is no such deal.', 'en')).toBe('There is no such deal.');
    expect(translate('Something new.', 'pt')).toBe('Something new.');
  });
});

describe('an answer', () => {
  let crm: TestCrm;
  beforeAll(async () => {
    crm = await openCrm();
  });
  afterAll(() => crm.close());
  const refused = async (body: object, language: string) =>
    (await crm.call('POST', '/companies', body, { 'accept-language': language })).body;

  it('tells people what to mend in their own language, not in that of a schema', async () => {
    const wrong = { name: '', cnpj: '123', website: 'x', employees: 'many', what: 1 };
    const [pt, en] = [await refused(wrong, 'pt-BR'), await refused(wrong, 'en')];
    const details = (body: { errors: { pointer: string; detail: string }[] }) =>
      Object.fromEntries(body.errors.map(({ pointer, detail }) => [pointer, detail]));
    expect(details(pt)).toEqual({
      '#/name': 'Use pelo menos 2 caracteres.',
      '#/cnpj': 'deve ser um CNPJ com os dígitos verificadores certos',
      '#/website': 'Este endereço não é válido.',
      '#/employees': 'Escolha uma das opções.',
      '#/': 'Não há este campo aqui: what.',
    });
    expect(details(en)).toMatchObject({
      '#/name': 'Use at least 2 characters.',
      '#/employees': 'Choose one of the options.',
    });
    for (const detail of Object.values(details(en))) expect(detail).not.toMatch(/expected|received|Invalid/);
  });

  it('has its detail in that language, too', async () => {
    const { body } = await crm.call(
      'POST',
      '/auth/login',
      { email: 'x@example.com', password: 'wrong one' },
      {
        authorization: '',
        'accept-language': 'pt-BR,pt;q=0.9',
      },
    );
    expect(body.detail).toBe('O e-mail ou a senha não confere.');
  });

  it.each([
    ['of another type', 415, '<lead/>', { 'content-type': 'application/xml' }, /tipo de conteúdo/],
    ['that is empty', 400, '', { 'content-type': 'application/json' }, /vazio/],
    ['that is no JSON', 400, '{"name":', { 'content-type': 'application/json' }, /não é JSON/],
    [
      'that is too large',
      413,
      `"${'x'.repeat(2_000_000)}"`,
      { 'content-type': 'application/json' },
      /grande demais/,
    ],
    [
      'shorter than it says',
      400,
      '{}',
      { 'content-type': 'application/json', 'content-length': '9' },
      /anunciado/,
    ],
  ])('says so of a body %s', async (_what, status, payload, headers, words) => {
    const answer = await crm.call('POST', '/companies', payload, { ...headers, 'accept-language': 'pt-BR' });
    expect([answer.status, answer.body.detail]).toEqual([status, expect.stringMatching(words)]);
  });

  it.each([
    ['/companies/%zz', 400, /não é válida/],
    [`/companies/${'x'.repeat(300)}`, 400, /longa demais/],
  ])('says so of an address: %s', async (url, status, words) => {
    const answer = await crm.call('GET', url, undefined, { 'accept-language': 'pt-BR' });
    expect([answer.status, answer.body.detail]).toEqual([status, expect.stringMatching(words)]);
  });
});
