import { matchesGlob } from 'node:path';
import { type Check, cannotTell, good, warning } from '../check.ts';
import { changedFiles } from '../git.ts';

export const docsTouched: Check = {
  id: 'docs-touched',
  title: 'Documents changed with the code that they describe',
  section: 'Documentation',
  about:
    'For each rule of `docs`: when files of `when` changed since the release that serves, so did one of `touch` (README, API reference, CHANGELOG). A rule that is not kept is a warning, since a person has to judge it.',
  applies: ({ policy, git }) => {
    if (policy.docs.length === 0) return 'the config has no checks.docs';
    return git ? true : 'the project is not under git';
  },
  async run({ git, base, policy }) {
    if (base === null)
      return cannotTell(
        'nothing serves yet to compare with',
        'Read the documents once before the first deploy.',
      );
    const changed = await changedFiles(git!, base);
    const matching = (globs: readonly string[]) =>
      changed.filter((file) => globs.some((glob) => matchesGlob(file, glob)));
    const forgotten = policy.docs.filter(({ when, unless, touch }) => {
      const code = matching(when).filter((file) => !unless.some((glob) => matchesGlob(file, glob)));
      return code.length > 0 && matching(touch).length === 0;
    });
    if (forgotten.length === 0) return good(policy.docs.map(({ title }) => title).join(', '));
    return warning(
      forgotten.map(({ title, touch }) => `${title}: nothing changed in ${touch.join(', ')}`).join('\n'),
      'Add what a reader needs to know, or nothing if there is nothing.',
    );
  },
};
