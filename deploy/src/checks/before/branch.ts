import { type Check, failure, good } from '../check.ts';

export const branch: Check = {
  id: 'branch',
  title: 'On the deploy branch',
  section: 'Code',
  about:
    'The checked-out branch is the one that the environment names with `branch`. Another one is a failure.',
  applies: ({ git, branch: wanted }) => {
    if (!wanted) return 'the environment may be deployed from any branch';
    return git ? true : 'the project is not under git';
  },
  async run({ git, branch: wanted }, signal) {
    // Empty where HEAD is detached, as it is in many CI systems.
    const current = await git!(['branch', '--show-current'], signal);
    if (current === wanted) return good(current);
    if (current === '') {
      const containing = await git!(
        ['branch', '--all', '--contains', 'HEAD', '--format=%(refname:short)'],
        signal,
      );
      const names = containing.split('\n').map((name) => name.replace(/^[^/]+\//, ''));
      if (names.includes(wanted!)) return good(`a commit of ${wanted}`);
    }
    return failure(
      current === '' ? `This commit is not on ${wanted}.` : `On ${current}, not on ${wanted}.`,
      `git switch ${wanted}`,
    );
  },
};
