import { type Check, cannotTell, failure, good } from '../check.ts';
import { askPublic } from '../public-answer.ts';

const names = ['ratelimit-limit', 'x-ratelimit-limit', 'ratelimit', 'ratelimit-policy'];

export const rateLimits: Check = {
  id: 'rate-limits',
  title: 'The running release limits the rate of requests',
  section: 'Security',
  about:
    'The paths of `rateLimited` answer with a rate limit header (RateLimit-Limit, X-RateLimit-Limit or RateLimit-Policy), or with 429. One that does not is a failure; while nothing is running a warning.',
  applies: ({ policy }) => (policy.rateLimited.length > 0 ? true : 'the config has no checks.rateLimited'),
  async run({ address, pass, policy, environment }, signal) {
    const open: string[] = [];
    for (const path of policy.rateLimited) {
      const url = address(path);
      if (!url)
        return cannotTell(
          'no release is known to be running',
          `Deploy once, then: conductor check ${environment}`,
        );
      const { status, headers } = await askPublic(url, signal, pass);
      if (status !== 429 && !names.some((name) => headers.has(name))) open.push(path);
    }
    if (open.length === 0) return good(policy.rateLimited.join(', '));
    return failure(`No limit on ${open.join(', ')}`, 'Register the rate limit for these routes.');
  },
};
