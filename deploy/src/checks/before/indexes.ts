import { type Check, cannotTell, failure, good } from '../check.ts';
import { askPublic } from '../public-answer.ts';

export const indexes: Check = {
  id: 'indexes',
  title: 'Indexes of the queries exist',
  section: 'Data',
  about:
    'The path `indexes` of the running release answers 2xx: the application itself compares the indexes that its queries need with those of the database. Another answer is a failure; while nothing is running a warning.',
  applies: ({ policy }) => (policy.indexes ? true : 'the config has no checks.indexes'),
  async run({ address, pass, policy, task }, signal) {
    const url = address(policy.indexes!);
    if (!url)
      return cannotTell(
        'no release is known to be running',
        'Deploy once; the release task makes the indexes.',
      );
    const { status, body } = await askPublic(url, signal, pass);
    if (status >= 200 && status < 300) return good(policy.indexes);
    return failure(
      `${policy.indexes} answers ${status}: ${body.slice(0, 500)}`,
      task ? `Run the release task: ${task.command.join(' ')}` : 'Create them, in a release task.',
    );
  },
};
