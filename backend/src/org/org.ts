import { z } from 'zod';
import { cnpjSchema } from '../fields/cnpj.ts';
import { currencySchema } from '../fields/money.ts';
import { line, states } from '../fields/text.ts';
import { defaultTimezone } from '../policy/principal.ts';

/** The one organisation of an installation. Every record names it, so that more can come. */
export const firstOrgId = '000000000000000000000001';

export const timezoneSchema = z
  .string()
  .max(60)
  .refine(isTimezone, 'must be an IANA time zone such as America/Sao_Paulo');
export const localeSchema = z.enum(['pt-BR', 'en']);

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone.length > 0;
  } catch {
    return false;
  }
}

const switchOn = z.boolean();
export const automationsSchema = z.strictObject({
  newLead: z.strictObject({ on: switchOn, assign: z.enum(['manual', 'round_robin', 'least_loaded']) }),
  idleDeal: z.strictObject({ on: switchOn, days: z.number().int().min(1).max(90) }),
  dealWon: z.strictObject({ on: switchOn, checklist: z.array(line(200)).max(10) }),
  noReply: z.strictObject({ on: switchOn, days: z.number().int().min(1).max(60) }),
});

/** What an admin may change about the organisation. */
export const orgSettings = z.strictObject({
  name: line(120, 2),
  cnpj: cnpjSchema.nullable(),
  timezone: timezoneSchema,
  locale: localeSchema,
  currency: currencySchema,
  icp: z.strictObject({
    employeesMin: z.number().int().min(0).nullable(),
    employeesMax: z.number().int().min(0).nullable(),
    industries: z.array(line(60)).max(20),
    states: z.array(z.enum(states)).max(27),
  }),
  repVisibility: z.enum(['all', 'own']),
  email: z.strictObject({
    fromName: line(100).nullable(),
    footer: z.string().max(1000).nullable(),
    trackOpens: switchOn,
    trackClicks: switchOn,
  }),
  ai: z.strictObject({
    enabled: switchOn,
    monthlyBudgetCents: z.number().int().min(0).max(1e9).describe('US cents, as providers bill in dollars'),
  }),
  automations: automationsSchema,
});
export type OrgSettings = z.output<typeof orgSettings>;

export const orgView = z
  .object({
    ...orgSettings.shape,
    cnpj: z.string().nullable(),
    timezone: z.string(),
    id: z.string(),
    version: z.number().int(),
  })
  .meta({ id: 'Organisation' });

export interface OrgDocument extends OrgSettings {
  _id: string;
  version: number;
  createdAt: Date;
  isDemo?: boolean;
  /** Since when the automations do what their switches say; before that they were never asked for. */
  automationsSince?: Date;
}

/** What comes after a deal is won, to begin with. */
const checklists: Readonly<Record<OrgSettings['locale'], readonly string[]>> = {
  'pt-BR': ['Agradecer o cliente', 'Agendar o início do projeto', 'Pedir uma indicação'],
  en: ['Thank the customer', 'Plan the start of the project', 'Ask for a referral'],
};

/** What a new organisation begins with. */
export function newOrg(
  name: string,
  { timezone = defaultTimezone, locale = 'pt-BR' as OrgSettings['locale'] } = {},
): OrgDocument {
  return {
    _id: firstOrgId,
    version: 1,
    createdAt: new Date(),
    automationsSince: new Date(),
    name,
    cnpj: null,
    timezone,
    locale,
    currency: 'BRL',
    icp: { employeesMin: 10, employeesMax: 200, industries: [], states: [] },
    repVisibility: 'all',
    email: { fromName: null, footer: null, trackOpens: true, trackClicks: true },
    ai: { enabled: true, monthlyBudgetCents: 5000 },
    automations: {
      newLead: { on: false, assign: 'manual' },
      idleDeal: { on: false, days: 7 },
      dealWon: {
        on: false,
        checklist: [...checklists[locale]],
      },
      noReply: { on: false, days: 3 },
    },
  };
}
