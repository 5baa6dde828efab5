import { type Check, failure, good, listed } from '../check.ts';
import { parts } from '../git.ts';

const secretFile = /(^|\/)(\.env(\.(?!example$|sample$|template$).+)?|age\.key)$/;

export const envFiles: Check = {
  id: 'env-files',
  title: 'No .env file or key is tracked by git',
  section: 'Security',
  about:
    'git tracks no `.env`, `.env.*` (but `.env.example`, `.sample`, `.template`) and no `age.key`. One that it tracks is a failure.',
  applies: ({ git }) => (git ? true : 'the project is not under git'),
  async run({ git }, signal) {
    const tracked = parts(await git!(['ls-files', '-z'], signal)).filter((file) => secretFile.test(file));
    if (tracked.length === 0) return good();
    return failure(
      listed(tracked),
      `git rm --cached ${tracked[0]}, add it to .gitignore, and revoke and replace what it held: it stays in the history.`,
    );
  },
};
