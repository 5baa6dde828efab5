import type { Mutant } from '../mutant.ts';

const history = 'deploy/src/ledger/history.test.ts';
const team = 'deploy/src/cli/team.test.ts';
const teamSecrets = 'deploy/src/cli/team-secrets.test.ts';
const interrupted = 'deploy/src/engine/interrupted.test.ts';

/** What a team of several machines relies on. */
export const teamMutants: readonly Mutant[] = [
  {
    id: 'rollback-to-taken-back',
    file: 'deploy/src/ledger/history.ts',
    find: "if (end?.verdict === 'rolled back') left.add(version);",
    replace: '',
    tests: [history],
    breaks: 'A release that was taken back by itself is not rolled back to.',
  },
  {
    id: 'rollback-to-rolled-back-from',
    file: 'deploy/src/ledger/history.ts',
    find: 'left.add(previous);',
    replace: 'left.size;',
    tests: [history],
    breaks: 'The second rollback in a row never goes forward to what was rolled back from.',
  },
  {
    id: 'rollback-to-unstable',
    file: 'deploy/src/ledger/history.ts',
    find: 'filter(({ end }) => end?.stable)',
    replace: 'filter(({ end }) => end)',
    tests: [history],
    breaks: 'Only a stable release is rolled back to.',
  },
  {
    id: 'interrupted-not-refused',
    file: 'deploy/src/engine/ready.ts',
    find: 'if (!interrupted) return history;',
    replace: 'return history;',
    tests: [interrupted],
    breaks: 'An interrupted deploy is ended before anything else changes the environment.',
  },
  {
    id: 'no-way-back-goes-on',
    file: 'deploy/src/engine/way-back.ts',
    find: 'if (!record) continue;',
    replace: 'continue;',
    tests: [team],
    breaks: 'A machine that could not bring the live release back is refused before anything changes.',
  },
  {
    id: 'unreadable-capsule-kept',
    file: 'deploy/src/environment/capsules-shared.ts',
    find: 'isEmpty(capsuleOf(deployable)) || (await this.#seal.opensItsOwn())',
    replace: 'true',
    tests: [team],
    breaks: 'Nobody deploys what nobody could open again.',
  },
  {
    id: 'capsule-in-clear',
    file: 'deploy/src/environment/seal.ts',
    find: 'return sealText(text, await readRecipients(this.#root));',
    replace: 'await sealText(text, await readRecipients(this.#root)); return text;',
    tests: [team],
    breaks: 'What is shared of secrets is encrypted.',
  },
  {
    id: 'generated-twice',
    file: 'deploy/src/environment/generated-secrets.ts',
    find: '({ [name]: fresh, ...secrets })',
    replace: '({ ...secrets, [name]: fresh })',
    tests: [team],
    breaks: 'A generated secret is made once: whoever was first has made it.',
  },
  {
    id: 'journal-stays-here',
    file: 'deploy/src/ledger/journals.ts',
    find: 'await this.#shelf.put(this.#lock, async () => ({ [sharedName]: { text } }));',
    replace: 'void text;',
    tests: ['deploy/src/cli/team-interrupted.test.ts'],
    breaks: 'What one machine was killed in is seen by the others.',
  },
  {
    id: 'ended-is-interrupted',
    file: 'deploy/src/ledger/journals.ts',
    find: 'if (!this.#shelf || !last || last.end) return undefined;',
    replace: 'if (!this.#shelf || !last) return undefined;',
    tests: [team],
    breaks: 'A deploy that the ledger saw end is not interrupted.',
  },
  {
    id: 'detail-with-secrets',
    file: 'deploy/src/ledger/redacted.ts',
    find: 'const clean = redact(text);',
    replace: 'redact(text); const clean = text;',
    tests: [teamSecrets],
    breaks: 'No secret gets into the ledger or the journal.',
  },
  {
    id: 'reason-with-secrets',
    file: 'deploy/src/ledger/redacted.ts',
    find: 'ledger.acquire({ ...request, reason: clean(request.reason) })',
    replace: 'ledger.acquire(request)',
    tests: [teamSecrets],
    breaks: 'No secret gets into a lock.',
  },
  {
    id: 'crash-shows-secrets',
    file: 'deploy/src/cli/main.ts',
    find: 'tellFailure(error, output);',
    replace: 'console.error(error);',
    tests: ['deploy/src/cli/main.test.ts'],
    breaks: 'A failure that nobody caught is told without secrets.',
  },
  {
    id: 'secrets-needed-to-look',
    file: 'deploy/src/environment/vault.ts',
    find: 'if (!look || !(error instanceof ConductorError)) throw error;',
    replace: 'throw error;',
    tests: [team],
    breaks: 'Who only looks needs no key.',
  },
];
