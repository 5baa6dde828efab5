import { type Check, failure, good, warning } from '../check.ts';

export const upToDate: Check = {
  id: 'up-to-date',
  title: 'Up to date with the remote',
  section: 'Code',
  about:
    'The remote is asked for the head of the branch; nothing is fetched. Commits there that are missing here are a failure, commits that only this clone has a warning.',
  applies: ({ git }) => (git ? true : 'the project is not under git'),
  async run({ git, policy: { remote }, branch }, signal) {
    const remotes = (await git!(['remote'], signal)).split('\n');
    if (!remotes.includes(remote)) {
      return warning(
        `There is no git remote ${remote}, so nobody else has these commits.`,
        `git remote add ${remote} <url>`,
      );
    }
    const name = branch ?? (await git!(['branch', '--show-current'], signal));
    if (name === '')
      return warning('HEAD is detached, so there is no branch to compare.', 'git switch <branch>');
    const theirs = (await git!(['ls-remote', remote, `refs/heads/${name}`], signal)).split('\t')[0];
    if (!theirs)
      return warning(`${remote} has no branch ${name}.`, `git push --set-upstream ${remote} ${name}`);

    const ours = await git!(['rev-parse', 'HEAD'], signal);
    if (ours === theirs) return good(`${remote}/${name}`);
    const isAncestor = await git!(['merge-base', '--is-ancestor', theirs, 'HEAD'], signal).then(
      () => true,
      // Not an ancestor, or a commit that this clone has never seen; both mean that something is missing here.
      () => false,
    );
    if (!isAncestor)
      return failure(`${remote}/${name} has commits that are missing here.`, `git pull ${remote} ${name}`);
    const ahead = await git!(['rev-list', '--count', `${theirs}..HEAD`], signal);
    return warning(`${ahead} commit(s) are only in this clone.`, `git push ${remote} HEAD:${name}`);
  },
};
