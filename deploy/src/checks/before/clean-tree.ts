import { withoutOwnFolder } from '../../model/own-folder.ts';
import { type Check, failure, good, listed } from '../check.ts';
import { parts } from '../git.ts';

export const cleanTree: Check = {
  id: 'clean-tree',
  title: 'Working tree is clean',
  section: 'Code',
  about:
    "git sees no change and no new file, Conductor's own `.conductor/` aside. A release from a dirty tree cannot be made again from its commit: a failure.",
  applies: ({ git }) => (git ? true : 'the project is not under git'),
  async run({ git }, signal) {
    const status = ['status', '--porcelain', '-z', '--', ':(top)', withoutOwnFolder];
    const changed = parts(await git!(status, signal)).map((entry) => entry.slice(3));
    if (changed.length === 0) return good();
    return failure(
      `${changed.length} changed or new:\n${listed(changed)}`,
      'Commit them (git add, git commit), or put them aside (git stash --include-untracked).',
    );
  },
};
