import { z } from 'zod';
import { idSchema } from '../mongo/id.ts';

/** A kind of job: the queue it waits in, its data, and how often it is tried. */
export interface JobKind<Data extends z.ZodType = z.ZodType> {
  readonly queue: QueueName;
  readonly data: Data;
  readonly attempts: number;
  /** Milliseconds before the second try; doubles with each further one. */
  readonly backoffMs: number;
}

export const queueNames = [
  'leads',
  'deals',
  'ai',
  'letters',
  'emails',
  'automations',
  'notices',
  'maintenance',
  'backups',
] as const;
export type QueueName = (typeof queueNames)[number];

const kind = <Data extends z.ZodType>(
  queue: QueueName,
  data: Data,
  attempts = 5,
  backoffMs = 1000,
): JobKind<Data> => ({
  queue,
  data,
  attempts,
  backoffMs,
});
const nothing = z.object({});

/** Every job there is. Handlers are safe to repeat: a job may run again after a crash. */
export const jobs = {
  // `rulesOnly`: the rules changed, not the lead, which is no reason to ask AI again.
  'leads.score': kind(
    'leads',
    z.object({ orgId: idSchema, leadId: idSchema, rulesOnly: z.boolean().optional() }),
  ),
  'leads.scoreOpen': kind('leads', z.object({ orgId: idSchema })),
  'deals.health': kind('deals', z.object({ orgId: idSchema, dealId: idSchema })),
  'deals.healthOfAll': kind('deals', nothing),
  'ai.qualifyLead': kind('ai', z.object({ orgId: idSchema, leadId: idSchema }), 3, 5000),
  'ai.predictDeal': kind('ai', z.object({ orgId: idSchema, dealId: idSchema }), 3, 5000),
  // What a letter's own state does not remember needs no second try: its sweep rings again.
  'letters.send': kind('letters', z.object({ letterId: idSchema }), 1),
  'emails.send': kind('emails', z.object({ emailId: idSchema }), 1),
  'letters.sweep': kind('letters', nothing, 1),
  'automations.dealWon': kind(
    'automations',
    z.object({ orgId: idSchema, dealId: idSchema, actorId: idSchema.nullable().default(null) }),
  ),
  'automations.daily': kind('automations', nothing),
  // Each minute is the next try of the one before.
  'notices.minute': kind('notices', nothing, 1),
  'notices.mail': kind('notices', z.object({ userId: idSchema }), 1),
  'maintenance.purge': kind('maintenance', nothing),
  // Tried once: the next look, a quarter of an hour later, is the next try.
  'backups.look': kind('backups', nothing, 1),
} as const;

export type JobName = keyof typeof jobs;
export type JobData<Name extends JobName> = z.infer<(typeof jobs)[Name]['data']>;

/** A job to be added, as the outbox keeps it. */
export interface JobRequest<Name extends JobName = JobName> {
  name: Name;
  data: JobData<Name>;
  /** Runs not before so many milliseconds from when it is added. */
  delayMs?: number;
  /** Of jobs with one id, added within so many milliseconds of each other, only the last runs, that long after it. */
  debounce?: { id: string; ms: number };
}

/** Says a job with its data checked by the compiler. */
export function job<Name extends JobName>(
  name: Name,
  data: JobData<Name>,
  options: Pick<JobRequest, 'delayMs' | 'debounce'> = {},
): JobRequest<Name> {
  return { name, data, ...options };
}
