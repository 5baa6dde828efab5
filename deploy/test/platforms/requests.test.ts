import { afterAll, beforeAll, expect, it } from 'vitest';
import { variables } from './command-project.ts';
import { countRequests, promised } from './requests.ts';

beforeAll(() => void Object.assign(process.env, variables));
afterAll(() => {
  for (const name of Object.keys(variables)) delete process.env[name];
});

it.each(Object.entries(promised))(
  'a plan, a first deploy and a change take no more requests on %s than is promised',
  { timeout: 60_000 },
  async (name, most) => {
    const used = await countRequests(name);
    console.info(`${name}: ${JSON.stringify(used)}`);
    for (const [what, count] of Object.entries(used)) {
      expect(count, what).toBeGreaterThan(0);
      expect(count, what).toBeLessThanOrEqual(most[what as keyof typeof most]);
    }
  },
);
