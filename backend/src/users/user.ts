import { z } from 'zod';
import { currencySchema } from '../fields/money.ts';
import { emailSchema, line } from '../fields/text.ts';
import { idSchema } from '../mongo/id.ts';
import { noticeWishes } from '../notices/wishes.ts';
import { localeSchema, timezoneSchema } from '../org/org.ts';
import { roles } from '../policy/principal.ts';
import type { SecondFactorDocument } from '../second-factor/store.ts';

export const userStatuses = ['invited', 'active', 'disabled'] as const;

export const preferences = z.strictObject({
  shortcuts: z.boolean().default(true),
  notifications: noticeWishes.prefault({}),
});

/** What everyone in the organisation may know of a colleague. */
export const colleagueSchema = z
  .object({
    id: idSchema,
    name: z.string(),
    email: z.string(),
    role: z.enum(roles),
    teamId: idSchema.nullable(),
    status: z.enum(userStatuses),
    secondFactor: z
      .boolean()
      .nullable()
      .describe('A code of their phone is asked for after the password; null for who may not know'),
  })
  .meta({ id: 'User' });
export type Colleague = z.infer<typeof colleagueSchema>;

/** What people know and change of themselves. */
export const meSchema = z
  .object({
    ...colleagueSchema.shape,
    id: idSchema.nullable(),
    email: z.string().nullable(),
    secondFactor: z.boolean(),
    recoveryCodes: z
      .number()
      .int()
      .describe('How many codes for the second factor without the phone are left'),
    orgId: idSchema,
    orgName: z.string().nullable(),
    locale: localeSchema,
    timezone: z.string(),
    currency: currencySchema,
    signature: z.string(),
    prefs: z.object(preferences.shape),
    capabilities: z.array(z.string()),
  })
  .meta({ id: 'Me' });

export const mePatch = z
  .strictObject({
    name: line(100, 2),
    locale: localeSchema,
    timezone: timezoneSchema,
    signature: z.string().max(2000),
    prefs: preferences,
  })
  .partial()
  .meta({ id: 'MePatch' });

export const userPatch = z
  .strictObject({
    name: line(100, 2),
    role: z.enum(roles),
    teamId: idSchema.nullable(),
    status: z.enum(['active', 'disabled']),
  })
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, 'must change something')
  .meta({ id: 'UserPatch' });

export const newPerson = { name: line(100, 2), email: emailSchema };

export interface UserDocument {
  _id: string;
  orgId: string;
  name: string;
  email: string;
  passwordHash: string | null;
  googleSub?: string;
  role: Colleague['role'];
  teamId: string | null;
  status: Colleague['status'];
  locale: 'pt-BR' | 'en';
  timezone: string | null;
  signature: string;
  /** Read them by {@link preferencesOf}: those that came later are not stored of everybody. */
  prefs: Partial<z.output<typeof preferences>>;
  createdAt: Date;
  lastLoginAt: Date | null;
  isDemo?: boolean;
  /** The day, in their time zone, on which they were told last what it brings. */
  greetedOn?: string;
  /** How often the address of their calendar was renewed. */
  calendarTurn?: number;
  secondFactor?: SecondFactorDocument;
  /** The closed secret of a second factor that was begun and not confirmed yet. */
  secondFactorBegun?: string;
}

/** What somebody prefers; the usual where they said nothing. What is not asked for any more is left out. */
export const preferencesOf = ({ prefs }: Pick<UserDocument, 'prefs'>): z.output<typeof preferences> =>
  z.object(preferences.shape).parse(prefs);

export function colleagueView(user: UserDocument): Colleague {
  const { _id, name, email, role, teamId, status } = user;
  return { id: _id, name, email, role, teamId, status, secondFactor: user.secondFactor !== undefined };
}
