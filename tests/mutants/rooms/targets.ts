import type { Mutant } from '../mutant.ts';

const http = 'deploy/src/targets/http.test.ts';
const rollout = 'deploy/src/targets/rollout.test.ts';

/** The platforms, and what all targets share. */
export const targetMutants: readonly Mutant[] = [
  {
    id: 'railway-unknown-word',
    file: 'deploy/src/targets/railway/deployments.ts',
    find: "words[status] ?? 'unknown'",
    replace: "words[status] ?? 'live'",
    tests: ['deploy/src/targets/railway/deployments.test.ts'],
    breaks: 'A word of Railway that nobody knows is never success.',
  },
  {
    id: 'railway-stopped-is-live',
    file: 'deploy/src/targets/railway/deployments.ts',
    find: 'if (deploymentStopped) return',
    replace: 'if (deploymentStopped && instances.length > 99) return',
    tests: ['deploy/src/targets/railway/deployments.test.ts'],
    breaks: 'A deployment whose process has ended does not serve, whatever Railway calls it.',
  },
  {
    id: 'render-unknown-word',
    file: 'deploy/src/targets/render/deployments.ts',
    find: "words[status] ?? 'unknown'",
    replace: "words[status] ?? 'live'",
    tests: ['deploy/src/targets/render/deployments.test.ts'],
    breaks: 'A word of Render that nobody knows is never success.',
  },
  {
    id: 'render-deactivated-is-live',
    file: 'deploy/src/targets/render/deployments.ts',
    find: "deactivated: 'superseded'",
    replace: "deactivated: 'live'",
    tests: ['deploy/src/targets/render/deployments.test.ts'],
    breaks: 'A deploy that was replaced by another does not serve.',
  },
  {
    id: 'digitalocean-unknown-word',
    file: 'deploy/src/targets/digitalocean/app.ts',
    find: "words[phase] ?? 'unknown'",
    replace: "words[phase] ?? 'live'",
    tests: ['deploy/src/targets/digitalocean/app.test.ts'],
    breaks: 'A word of DigitalOcean that nobody knows is never success.',
  },
  {
    id: 'digitalocean-text-for-a-boolean',
    file: 'deploy/src/targets/digitalocean/spec.ts',
    find: 'preserve_path_prefix: true',
    replace: "preserve_path_prefix: 'true'",
    tests: ['deploy/test/platforms/digitalocean.test.ts'],
    breaks: 'DigitalOcean gets a boolean where its live API has one.',
  },
  {
    id: 'platform-failure-is-live',
    file: 'deploy/src/targets/rollout.ts',
    find: "attempts.find(({ reading }) => reading.state !== 'live');",
    replace: "attempts.find(({ reading }) => reading.state === 'failed');",
    tests: [rollout],
    breaks: 'What a platform has not called live when the time is up has not become live.',
  },
  {
    id: 'platform-no-settle-time',
    file: 'deploy/src/targets/rollout.ts',
    find: 'await look(venue, attempts);\n      trouble',
    replace: 'trouble',
    tests: [rollout],
    breaks: 'A deployment that dies at once was never live.',
  },
  {
    id: 'http-unsafe-repeated',
    file: 'deploy/src/targets/http.ts',
    find: '(call.repeatable || !error.maybeDone)',
    replace: '(call.repeatable || error.maybeDone)',
    tests: [http],
    breaks: 'A request that a platform may have fulfilled already is not sent a second time.',
  },
  {
    id: 'http-retry-after-ignored',
    file: 'deploy/src/targets/http.ts',
    find: '(error.wait ?? true)',
    replace: 'true',
    tests: [http],
    breaks: 'A platform that says when to come again is obeyed.',
  },
  {
    id: 'http-token-sent-elsewhere',
    file: 'deploy/src/targets/http.ts',
    find: '...(call.anonymous ? {} : options.headers)',
    replace: '...options.headers',
    tests: [http],
    breaks: 'The token is sent to the platform only, and not to addresses that carry their own signature.',
  },
  {
    id: 'way-back-unproven',
    file: 'deploy/src/targets/memory.ts',
    find: 'runs.find((run) => run.proven && run.version !== version)',
    replace: 'runs.find((run) => run.version !== version)',
    tests: ['deploy/src/targets/memory.test.ts'],
    breaks: 'What a platform goes back to is a release that came up as a whole.',
  },
];
