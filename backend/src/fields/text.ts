import { z } from 'zod';

/** Something that leaves a mark on a screen: no space, no joiner or other character that is drawn as nothing. */
const visible = /[^\p{Default_Ignorable_Code_Point}\p{Z}\p{Cc}\p{Cf}\p{Cs}\u2800]/u;

/** A line of text: trimmed, without control characters, not longer than `max`; unless it may be empty (`min` 0), something in it can be seen. */
export const line = (max: number, min = 1) =>
  z
    .string()
    .trim()
    .min(min)
    .max(max)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
    .regex(/^[^\u0000-\u001f\u007f]*$/, 'must be one line without control characters')
    .refine(
      (text) => text.length < min || text === '' || visible.test(text),
      'must hold something that can be seen',
    );

/** Text of several lines. */
export const prose = (max: number) =>
  z
    .string()
    .trim()
    .max(max)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: line breaks and tabs are the control characters allowed
    .regex(/^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]*$/, 'must not hold control characters');

export const emailSchema = z
  .string()
  .trim()
  .toLowerCase()
  .max(254)
  .pipe(z.email())
  .meta({ description: 'E-mail address, stored in lower case', example: 'maria@example.com' });

export const webAddress = z
  .string()
  .trim()
  .max(500)
  .pipe(z.url({ protocol: /^https?$/, hostname: z.regexes.domain }));

export const tags = z
  .array(line(40))
  .max(20)
  .transform((given) => [...new Set(given)]);

/** Values of fields that an organisation defined itself. */
export const customFields = z
  .record(
    z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, 'must be lower case letters, digits and _'),
    z.union([z.string().max(500), z.number(), z.boolean(), z.null()]),
  )
  .refine((fields) => Object.keys(fields).length <= 30, 'must not have more than 30 fields');

export const states = [
  'AC',
  'AL',
  'AM',
  'AP',
  'BA',
  'CE',
  'DF',
  'ES',
  'GO',
  'MA',
  'MG',
  'MS',
  'MT',
  'PA',
  'PB',
  'PE',
  'PI',
  'PR',
  'RJ',
  'RN',
  'RO',
  'RR',
  'RS',
  'SC',
  'SE',
  'SP',
  'TO',
] as const;

export const consentSchema = z.strictObject({
  legalBasis: z
    .enum(['consent', 'legitimate_interest', 'contract', 'legal_obligation'])
    .nullable()
    .default(null),
  at: z.iso.datetime({ offset: true }).nullable().default(null),
  source: line(100).nullable().default(null),
  marketingOptOut: z.boolean().default(false),
  trackingOptOut: z.boolean().default(false),
  aiOptOut: z.boolean().default(false),
});
