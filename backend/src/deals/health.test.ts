import { describe, expect, it } from 'vitest';
import { dealHealth, type HealthInput } from './health.ts';

const now = new Date('2026-11-23T12:00:00Z');
const ago = (days: number) => new Date(now.getTime() - days * 86_400_000);
const well: HealthInput = {
  lastActivityAt: ago(1),
  createdAt: ago(20),
  stageEnteredAt: ago(3),
  rotDays: 14,
  stageProbability: 60,
  expectedCloseOn: '2026-12-15',
  hasNextTask: true,
  contacts: [{ role: 'decision_maker' }],
  amountCents: 100,
  recentContact: false,
};

describe('health of a deal', () => {
  it('is full when nothing stands against it', () => {
    expect(dealHealth(well, now)).toMatchObject({
      value: 100,
      class: 'green',
      winProbability: 60,
      risks: [],
    });
  });

  it.each<[string, Partial<HealthInput>, number]>([
    ['8 idle days', { lastActivityAt: ago(8) }, 90],
    ['15 idle days', { lastActivityAt: ago(15) }, 75],
    ['31 idle days', { lastActivityAt: ago(31) }, 60],
    ['never any activity, since it was made 20 days ago', { lastActivityAt: null }, 75],
    ['15 days in a stage that takes 14', { stageEnteredAt: ago(15) }, 85],
    ['29 days in it', { stageEnteredAt: ago(29) }, 70],
    ['a stage without a limit', { stageEnteredAt: ago(200), rotDays: null }, 100],
    ['a close date that has passed', { expectedCloseOn: '2026-11-22' }, 80],
    ['a close date of today', { expectedCloseOn: '2026-11-23' }, 100],
    ['no close date', { expectedCloseOn: null }, 90],
    ['no next task', { hasNextTask: false }, 90],
    ['no contact, so no decision maker', { contacts: [] }, 85],
    ['no amount', { amountCents: 0 }, 95],
  ])('with %s is %#', (_what, over, value) => {
    expect(dealHealth({ ...well, ...over }, now).value).toBe(value);
  });

  it('falls to red, and the chance with it', () => {
    const bad = {
      lastActivityAt: ago(40),
      stageEnteredAt: ago(40),
      expectedCloseOn: null,
      hasNextTask: false,
      contacts: [],
      amountCents: 0,
    };
    expect(dealHealth({ ...well, ...bad }, now)).toMatchObject({
      value: 0,
      class: 'red',
      winProbability: 36,
    });
  });

  it('gains from a fresh sign of the customer', () => {
    expect(dealHealth({ ...well, expectedCloseOn: null, recentContact: true }, now).value).toBe(100);
  });
});
