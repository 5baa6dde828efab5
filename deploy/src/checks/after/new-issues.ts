import { z } from 'zod';
import { type Check, cannotTell, failure, good, listed } from '../check.ts';

/** Sentry's list of issues, https://docs.sentry.io/api/events/list-a-projects-issues/ */
const issuesSchema = z.array(z.object({ title: z.string(), permalink: z.string().nullish() }));

export const newIssues: Check = {
  id: 'new-issues',
  title: 'No new issue in Sentry',
  section: 'After the deploy',
  about:
    'Asks Sentry for unresolved issues first seen since the cutover. One is a failure; an API that does not answer, or a missing token, a warning.',
  applies: ({ cutover, policy }) => {
    if (!policy.sentry) return 'the config has no checks.sentry';
    return cutover ? true : 'nothing was deployed just now';
  },
  async run({ policy, secrets, cutover, environment }, signal) {
    const { url, organization, project, token } = policy.sentry!;
    const value = (await secrets())[token];
    if (!value)
      return cannotTell(`the secret ${token} has no value`, `conductor secrets set ${environment} ${token}`);
    const address = new URL(`/api/0/projects/${organization}/${project}/issues/`, url);
    address.searchParams.set('query', `is:unresolved firstSeen:>${cutover!.at.toISOString().slice(0, 19)}`);
    const response = await fetch(address, {
      headers: { authorization: `Bearer ${value}` },
      signal: AbortSignal.any([signal, AbortSignal.timeout(15_000)]),
    });
    if (!response.ok) {
      return cannotTell(
        `Sentry answered ${response.status}`,
        `Check organization, project and the token ${token}.`,
      );
    }
    const issues = issuesSchema.parse(await response.json());
    if (issues.length === 0) return good();
    return failure(
      listed(issues.map(({ title, permalink }) => (permalink ? `${title} ${permalink}` : title))),
      `Look at them; \`conductor rollback ${environment}\` rolls the release back.`,
    );
  },
};
