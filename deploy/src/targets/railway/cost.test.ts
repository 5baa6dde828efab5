import { expect, test } from 'vitest';
import { costFinding } from './cost.ts';

test('the cost has a most where replicas have limits, and is not known where they have none', () => {
  const services = [{ replicas: 2 }, { replicas: 1 }];
  expect(costFinding(services, { cpus: 0.5, memory: 1 }).title).toContain('at most $60 a month');
  expect(costFinding(services, { cpus: 0.5 }).title).toContain('is not known');
});
