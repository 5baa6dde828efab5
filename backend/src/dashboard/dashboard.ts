import { z } from 'zod';
import type { DealDocument } from '../deals/deal.ts';
import { type Currency, currencySchema } from '../fields/money.ts';
import type { LeadDocument } from '../leads/lead.ts';
import type { AnyFilter } from '../mongo/document.ts';
import type { Mongo } from '../mongo/mongo.ts';
import type { Pipeline } from '../pipelines/pipeline.ts';
import { policy } from '../policy/policy.ts';
import type { Principal } from '../policy/principal.ts';

const smallSample = 5;

export const summarySchema = z
  .object({
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    byCurrency: z.array(
      z.object({
        currency: currencySchema,
        pipelineCents: z.number().int().describe('Open now'),
        weightedCents: z.number().int().describe('Open now, each times its chance'),
        wonCents: z.number().int(),
        averageTicketCents: z.number().int().nullable(),
      }),
    ),
    openDeals: z.number().int(),
    won: z.number().int(),
    lost: z.number().int(),
    winRate: z.number().nullable().describe('won / (won + lost) of the period; null under five closed deals'),
    newLeads: z.number().int(),
    medianFirstResponseMinutes: z.number().nullable(),
  })
  .meta({ id: 'Summary' });

/** The numbers of a period, of what the person asking may see. Money is summed per currency and never converted. */
export async function summary(
  { db }: Mongo,
  principal: Principal,
  pipelines: readonly Pipeline[],
  { from, to, ownerId }: { from: Date; to: Date; ownerId?: string | undefined },
): Promise<z.infer<typeof summarySchema>> {
  const scope = (kind: 'deal' | 'lead', condition: object): AnyFilter =>
    ({
      $and: [policy(principal, 'read', kind), { deletedAt: null, ...(ownerId && { ownerId }), ...condition }],
    }) as AnyFilter;
  const deals = db.collection<DealDocument>('deals');
  const period = { $gte: from, $lt: to };
  const [open, closed, newLeads, answered] = await Promise.all([
    deals
      .aggregate<{
        _id: { currency: Currency; stageId: string; probability: number | null };
        count: number;
        sum: number;
      }>([
        { $match: scope('deal', { status: 'open' }) },
        {
          $group: {
            _id: { currency: '$currency', stageId: '$stageId', probability: '$probability' },
            count: { $sum: 1 },
            sum: { $sum: '$amountCents' },
          },
        },
      ])
      .toArray(),
    deals
      .aggregate<{ _id: { currency: Currency; status: 'won' | 'lost' }; count: number; sum: number }>([
        { $match: scope('deal', { status: { $in: ['won', 'lost'] }, closedAt: period }) },
        {
          $group: {
            _id: { currency: '$currency', status: '$status' },
            count: { $sum: 1 },
            sum: { $sum: '$amountCents' },
          },
        },
      ])
      .toArray(),
    db.collection('leads').countDocuments(scope('lead', { createdAt: period }) as never),
    db
      .collection<LeadDocument>('leads')
      .find(scope('lead', { createdAt: period, firstResponseAt: { $ne: null } }) as never)
      .project<{ createdAt: Date; firstResponseAt: Date }>({ createdAt: 1, firstResponseAt: 1 })
      .limit(5000)
      .toArray(),
  ]);
  const chance = new Map(
    pipelines.flatMap(({ stages }) => stages.map(({ id, probability }) => [id, probability] as const)),
  );
  const total = <T extends { count: number }>(rows: readonly T[]) =>
    rows.reduce((sum, { count }) => sum + count, 0);
  const won = closed.filter(({ _id }) => _id.status === 'won');
  const lost = closed.filter(({ _id }) => _id.status === 'lost');
  const currencies = [...new Set([...open, ...won].map(({ _id }) => _id.currency))].sort();
  return {
    from: from.toISOString(),
    to: to.toISOString(),
    byCurrency: currencies.map((currency) => {
      const ownOpen = open.filter(({ _id }) => _id.currency === currency);
      const ownWon = won.filter(({ _id }) => _id.currency === currency);
      const wonCents = ownWon.reduce((sum, row) => sum + row.sum, 0);
      return {
        currency,
        pipelineCents: ownOpen.reduce((sum, row) => sum + row.sum, 0),
        weightedCents: Math.round(
          ownOpen.reduce(
            (sum, row) => sum + (row.sum * (row._id.probability ?? chance.get(row._id.stageId) ?? 0)) / 100,
            0,
          ),
        ),
        wonCents,
        averageTicketCents: total(ownWon) === 0 ? null : Math.round(wonCents / total(ownWon)),
      };
    }),
    openDeals: total(open),
    won: total(won),
    lost: total(lost),
    winRate: total(closed) < smallSample ? null : total(won) / total(closed),
    newLeads,
    medianFirstResponseMinutes: median(
      answered.map(
        ({ createdAt, firstResponseAt }) => (firstResponseAt.getTime() - createdAt.getTime()) / 60_000,
      ),
    ),
  };
}

function median(values: number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
