import { z } from 'zod';

export const dealHealthSchema = z.object({
  value: z.number().int().min(0).max(100),
  class: z.enum(['green', 'yellow', 'red']),
  winProbability: z.number().int().min(0).max(100),
  risks: z.array(z.object({ code: z.string(), points: z.number().int() })),
  source: z.enum(['rules', 'ai']),
  at: z.iso.datetime(),
});
export type DealHealth = z.infer<typeof dealHealthSchema>;

export const atRiskBelow = 40;
export const isAtRisk = ({ value }: Pick<DealHealth, 'value'>): boolean => value < atRiskBelow;

/** What a deal's health rests on. Dates of days are ISO days in the organisation's time zone. */
export interface HealthInput {
  lastActivityAt: Date | null;
  createdAt: Date;
  stageEnteredAt: Date;
  rotDays: number | null;
  stageProbability: number;
  expectedCloseOn: string | null;
  hasNextTask: boolean;
  contacts: readonly { role: string }[];
  amountCents: number;
  /** Whether the customer wrote or met in the last seven days. */
  recentContact: boolean;
}

const day = 86_400_000;

/**
 * Health by rules: 100 less what stands against the deal, plus 10 for a fresh sign of the customer. Green from 70, yellow
 * from 40. The chance to win is the stage's, weighed by health: × (0.6 + 0.4 · health / 100).
 */
export function dealHealth(input: HealthInput, now = new Date()): DealHealth {
  const idle = (now.getTime() - (input.lastActivityAt ?? input.createdAt).getTime()) / day;
  const inStage = (now.getTime() - input.stageEnteredAt.getTime()) / day;
  const rot = input.rotDays ?? Number.POSITIVE_INFINITY;
  const today = now.toISOString().slice(0, 10);
  const found: [code: string, points: number, holds: boolean][] = [
    ['idle.30-days', 40, idle > 30],
    ['idle.14-days', 25, idle > 14 && idle <= 30],
    ['idle.7-days', 10, idle > 7 && idle <= 14],
    ['stage.rotten', 30, inStage > 2 * rot],
    ['stage.slow', 15, inStage > rot && inStage <= 2 * rot],
    ['close-date.past', 20, input.expectedCloseOn !== null && input.expectedCloseOn < today],
    ['close-date.missing', 10, input.expectedCloseOn === null],
    ['next-task.missing', 10, !input.hasNextTask],
    ['contact.missing', 10, input.contacts.length === 0],
    ['decision-maker.missing', 5, !input.contacts.some(({ role }) => role === 'decision_maker')],
    ['amount.missing', 5, input.amountCents === 0],
  ];
  const risks = found.filter(([, , holds]) => holds).map(([code, points]) => ({ code, points }));
  const lost = risks.reduce((sum, { points }) => sum + points, 0);
  const value = Math.max(0, Math.min(100, 100 - lost + (input.recentContact ? 10 : 0)));
  return {
    value,
    class: value >= 70 ? 'green' : value >= atRiskBelow ? 'yellow' : 'red',
    winProbability: Math.round(input.stageProbability * (0.6 + (0.4 * value) / 100)),
    risks,
    source: 'rules',
    at: now.toISOString(),
  };
}
