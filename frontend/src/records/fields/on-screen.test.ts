import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { companyFields } from '../../companies/company-fields.ts';
import { contactFields } from '../../contacts/contact-fields.ts';
import { dealFields } from '../../deals/deal-fields.ts';
import { emailFields } from '../../emails/email-fields.ts';
import { leadFields } from '../../leads/lead-fields.ts';
import { taskFields } from '../../tasks/task-fields.ts';
import { templateFields } from '../../templates/template-fields.ts';
import type { Field } from './field.ts';

/** The backend is another project to the compiler; only this much of its test application is used. */
interface Crm {
  app: { inject(url: string): Promise<{ json(): unknown }> };
  close(): Promise<void>;
}
interface Description {
  paths: Record<string, Record<string, { requestBody?: { content: Record<string, { schema: Schema }> } }>>;
  components: { schemas: Record<string, Schema> };
}
interface Schema {
  $ref?: string;
  properties?: Record<string, unknown>;
}

/** Where each noun's fields are said to stand, and in which folder. */
const nouns: Record<string, Record<string, Field>> = {
  leads: leadFields,
  contacts: contactFields,
  companies: companyFields,
  deals: dealFields,
  tasks: taskFields,
  emails: emailFields,
  templates: templateFields,
};

/** Nouns whose records have no screens of their own; what is written of them stands nowhere yet. */
const withoutScreens: Record<string, string> = {
  files: 'a file is written whole, with its name, where it is chosen (files/file-card.tsx)',
};

/** Fields that only a new record takes, and where they are given. */
const onCreate: Record<string, Record<string, Field>> = {
  deals: {
    pipelineId: { kind: 'elsewhere', file: 'deal-form.tsx' },
    stageId: { kind: 'elsewhere', file: 'deal-form.tsx' },
    leadId: { kind: 'nowhere', why: 'converting a lead sets it: nobody types where a deal came from' },
  },
};

const describeApi = async (): Promise<Description> => {
  const backend = new URL('../../../../backend/test/crm.ts', import.meta.url).href;
  const { openCrm } = (await import(/* @vite-ignore */ backend)) as { openCrm(): Promise<Crm> };
  const crm = await openCrm();
  try {
    return (await crm.app.inject('/openapi.json')).json() as Description;
  } finally {
    await crm.close();
  }
};

/** What may be written of a noun's records, by the API's own description: when they are made, and afterwards. */
function writable({ paths, components }: Description, noun: string): string[] {
  const body = (path: string, method: string): Schema =>
    paths[`/api/v1/${path}`]?.[method]?.requestBody?.content['application/json']?.schema ?? {};
  const resolved = (schema: Schema): Schema =>
    schema.$ref ? components.schemas[schema.$ref.split('/').at(-1)!]! : schema;
  const fields = [body(noun, 'post'), body(`${noun}/{id}`, 'patch')].flatMap((schema) =>
    Object.keys(resolved(schema).properties ?? {}),
  );
  return [...new Set(fields)];
}

/** Why a field that is said to stand somewhere doesn't; nothing where it does. */
function missing(noun: string, name: string, field: Field | undefined): string | undefined {
  if (!field) return `${noun}.${name} is on no screen: say in its table of fields where it stands`;
  if (field.kind === 'nowhere')
    return field.why.length >= 20 ? undefined : `${noun}.${name} is on no screen, without a reason`;
  if (field.kind === 'with')
    return field.field in nouns[noun]!
      ? undefined
      : `${noun}.${name} goes with ${field.field}, which is none`;
  if (field.kind !== 'elsewhere') return undefined;
  const file = join(import.meta.dirname, '../..', noun, field.file);
  const stands = existsSync(file) && new RegExp(`\\b${name}\\b`).test(readFileSync(file, 'utf8'));
  return stands ? undefined : `${noun}.${name} is said to be in ${noun}/${field.file}, and is not`;
}

describe('what may be written of a record', () => {
  it('is on a screen, or in a list of exceptions with its reason', async () => {
    const api = await describeApi();
    const kept = Object.keys(api.paths).flatMap(
      (path) => /\/api\/v1\/([\w-]+)\/\{id\}\/restore$/.exec(path)?.[1] ?? [],
    );
    expect(kept.length).toBeGreaterThanOrEqual(Object.keys(nouns).length);
    const unknown = kept.filter((noun) => !(noun in nouns) && !withoutScreens[noun]);
    expect(unknown, 'nouns without a table of fields').toEqual([]);
    const wrong = Object.entries(nouns).flatMap(([noun, fields]) => {
      const names = writable(api, noun);
      expect(names.length, noun).toBeGreaterThan(5);
      return names.map((name) => missing(noun, name, fields[name] ?? onCreate[noun]?.[name]));
    });
    expect(wrong.filter(Boolean)).toEqual([]);
  });

  it('is noticed where it is on none', () => {
    expect(missing('leads', 'shoeSize', undefined)).toContain('leads.shoeSize is on no screen');
    expect(missing('leads', 'status', { kind: 'elsewhere', file: 'gone.tsx' })).toContain('and is not');
    expect(missing('leads', 'shoeSize', { kind: 'elsewhere', file: 'lead-actions.tsx' })).toContain(
      'and is not',
    );
    expect(missing('leads', 'custom', { kind: 'nowhere', why: '' })).toContain('without a reason');
  });
});
