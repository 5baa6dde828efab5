import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { renderToString } from 'react-dom/server';
import { beforeAll, expect, it } from 'vitest';
import { companyFields } from '../../companies/company-fields.ts';
import { contactFields } from '../../contacts/contact-fields.ts';
import { dealFields } from '../../deals/deal-fields.ts';
import { catalog } from '../../i18n/catalog.ts';
import { leadFields } from '../../leads/lead-fields.ts';
import { meQuery } from '../../session/session.ts';
import { usersQuery } from '../../users/users-query.ts';
import { type Field, isShown } from './field.ts';
import { FieldValue } from './field-value.tsx';
import { RecordFields } from './record-fields.tsx';

const queryClient = new QueryClient();
/** Something of every kind of value, by the names of fields. */
const values: Record<string, unknown> = {
  id: 'one',
  version: 1,
  status: 'unqualified',
  unqualifiedReason: 'Sem orçamento',
  source: 'website_form',
  ownerId: 'rui',
  phone: '+5511912345678',
  phones: [{ e164: '+5511912345678', type: 'mobile', whatsapp: true }],
  emails: [{ value: 'ana@example.com', type: 'work', primary: true }],
  estimatedValueCents: 7_700_000,
  amountCents: 7_700_000,
  currency: 'USD',
  probability: 40,
  birthday: '05-23',
  tags: ['vip', 'anual'],
  address: { street: 'Rua A', number: '1', city: 'Campinas', state: 'SP', zip: '13010001', country: 'BR' },
  consent: { legalBasis: 'contract', at: null, source: null, aiOptOut: true },
  custom: { size: 'XL' },
  utm: { campaign: 'natal' },
  expectedCloseOn: '2026-12-31',
};

beforeAll(() => {
  i18n.loadAndActivate({
    locale: 'pt-BR',
    messages: Object.fromEntries(Object.entries(catalog).map(([key, [text]]) => [key, text])),
  });
  queryClient.setQueryData(meQuery.queryKey, { id: 'rui', role: 'admin', currency: 'BRL' } as never);
  queryClient.setQueryData(usersQuery.queryKey, [
    { id: 'rui', name: 'Rui Prado', status: 'active' },
  ] as never);
});

const text = (fields: Record<string, Field>, record: object = values): string =>
  textOf(
    <RecordFields
      entity="lead"
      record={record as { id: string; version: number }}
      fields={fields as never}
      send={() => Promise.reject(new Error('nothing is sent here'))}
    />,
  );
const textOf = (shown: ReactNode): string =>
  renderToString(
    <I18nProvider i18n={i18n}>
      <MantineProvider>
        <QueryClientProvider client={queryClient}>{shown}</QueryClientProvider>
      </MantineProvider>
    </I18nProvider>,
  )
    .replace(/<style[\s\S]*?<\/style>|<[^>]*>/g, ' ')
    .replaceAll('\u00a0', ' ');

it.each([
  ['leads', leadFields],
  ['contacts', contactFields],
  ['companies', companyFields],
  ['deals', dealFields],
])('every field that a table of %s shows stands in the card', (_noun, fields) => {
  const shown = Object.values(fields as Record<string, Field>).filter(isShown);
  const card = text(fields as never);
  for (const { label } of shown) expect(card).toContain(catalog[label][0]);
});

it('reads as a person would say it: no code, no id, no cents', () => {
  const all = text({ ...leadFields, ...contactFields, ...companyFields, ...dealFields } as never);
  for (const part of [
    'Formulário do site',
    'Rui Prado',
    '(11) 91234-5678',
    'US$ 77.000,00',
    '40%',
    '23 de maio',
    'vip, anual',
    'Rua A, 1',
    '13010-001',
    'Contrato',
    '31 de dez. de 2026',
  ])
    expect(all).toContain(part);
  expect(all).not.toMatch(/website_form|7700000|05-23|legalBasis/);
});

it('reads in a question between two values as it does in the card', () => {
  const { estimatedValueCents } = leadFields;
  if (!isShown(estimatedValueCents)) throw new Error('an estimate stands in the card');
  expect(
    textOf(<FieldValue field={estimatedValueCents} name="estimatedValueCents" record={values} />),
  ).toContain('US$ 77.000,00');
});

it.each([
  ['leads', leadFields],
  ['contacts', contactFields],
  ['companies', companyFields],
  ['deals', dealFields],
])('of a new record of %s, of which nothing is known, reads nothing but words', (_noun, fields) => {
  const nothing = Object.fromEntries(
    Object.entries(fields as Record<string, Field>).map(([name, field]) => [
      name,
      ['tags', 'emails', 'phones'].includes(field.kind) ? [] : null,
    ]),
  );
  const card = text(fields as never, { ...nothing, id: 'one', version: 1, currency: 'BRL' });
  expect(card).toContain('Adicionar');
  expect(card).not.toMatch(/\[object|undefined|null|NaN/);
});
