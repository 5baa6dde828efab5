import { type Check, failure, good } from '../check.ts';
import { askPublic } from '../public-answer.ts';

export const smoke: Check = {
  id: 'smoke',
  title: 'The smoke test passes through the public address',
  section: 'After the deploy',
  about:
    'Each request of `smoke` gets its status and text through the public address, from the release that was deployed (X-Release, where the answer carries it). Anything else is a failure.',
  applies: ({ cutover }) => (cutover ? true : 'nothing was deployed just now'),
  async run({ address, pass, policy, cutover, environment }, signal) {
    const problems: string[] = [];
    for (const { path, status, contains } of policy.smoke) {
      const url = address(path);
      if (!url)
        return failure(`${path} has no public address.`, 'Give a service that path in conductor.config.ts.');
      const answer = await askPublic(url, signal, pass);
      const release = answer.headers.get('x-release');
      if (answer.status !== status) problems.push(`${path} answers ${answer.status}, not ${status}`);
      else if (contains && !answer.body.includes(contains))
        problems.push(`${path} does not contain ${JSON.stringify(contains)}`);
      else if (release && release !== cutover!.version)
        problems.push(`${path} is still answered by ${release}`);
    }
    if (problems.length === 0) return good(policy.smoke.map(({ path }) => path).join(', '));
    return failure(
      problems.join('\n'),
      `Look at the logs (\`conductor logs ${environment}\`); \`conductor rollback ${environment}\` rolls the release back.`,
    );
  },
};
