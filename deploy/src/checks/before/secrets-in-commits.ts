import { type Check, cannotTell, failure, good, listed } from '../check.ts';
import { createScanner, type Leak } from '../scanner.ts';

const mostCommits = 1_000;

export const secretsInCommits: Check = {
  id: 'secrets-in-commits',
  title: 'No secret in the commits being shipped',
  section: 'Security',
  about: `Scans what each commit since the release that serves adds (on a first deploy the last ${mostCommits} commits), since a secret that a later commit removes is still published. Same rules as \`secrets-in-tree\`.`,
  applies: ({ git }) => (git ? true : 'the project is not under git'),
  async run({ git, base, policy, secrets, environment }, signal) {
    const own = await secrets().catch((error: Error) => error);
    const scan = await createScanner(own instanceof Error ? {} : own, policy.secretsAllowedIn);
    const range = base === null ? 'HEAD' : `${base}..HEAD`;
    const count = Number(await git!(['rev-list', '--count', range], signal));
    const log = await git!(
      [
        'log',
        '--patch',
        '--unified=0',
        '--no-color',
        '--no-ext-diff',
        '--no-textconv',
        '--no-renames',
        '--format=%x00%h',
        `--max-count=${mostCommits}`,
        range,
      ],
      signal,
    );
    const leaks: (Leak & { commit: string })[] = [];
    for (const { commit, file, added } of additions(log)) {
      signal.throwIfAborted();
      for (const leak of await scan(file, added)) leaks.push({ ...leak, commit });
    }
    if (leaks.length > 0) {
      return failure(
        listed(leaks.map(({ commit, file, what }) => `${commit} ${file} ${what}`)),
        'Revoke it and replace it: it is in the history. Then take it out of the history before you push (git rebase -i).',
      );
    }
    if (count > mostCommits) {
      return cannotTell(
        `only the last ${mostCommits} of ${count} commits were scanned`,
        'Scan the older ones once by hand.',
      );
    }
    if (own instanceof Error) {
      return cannotTell(
        `known token formats were looked for, the environment's own values could not be (${own.message})`,
        `Make the secrets readable: conductor secrets list ${environment}`,
      );
    }
    return good(`${count} commit(s)`);
  },
};

/** Added lines of each file of each commit, from `git log --patch` with a NUL before each commit's name. */
export function* additions(log: string): Generator<{ commit: string; file: string; added: string }> {
  for (const entry of log.split('\0')) {
    const [commit = '', ...lines] = entry.split('\n');
    let file = '';
    let added: string[] = [];
    let inHeader = true;
    for (const line of lines) {
      if (line.startsWith('diff --git ')) {
        if (added.length > 0) yield { commit, file, added: added.join('\n') };
        file = '';
        added = [];
        inHeader = true;
      } else if (inHeader && line.startsWith('+++ ')) {
        file = line
          .slice(4)
          .replace(/^"?b\//, '')
          .replace(/["\t]$/, '');
      } else if (line.startsWith('@@')) {
        inHeader = false;
      } else if (!inHeader && line.startsWith('+')) {
        added.push(line.slice(1));
      }
    }
    if (added.length > 0) yield { commit, file, added: added.join('\n') };
  }
}
