import { defineCommand } from './command.ts';
import { flag, text } from './options.ts';

/** A value in the command line is in the shell's history, and every user of the machine can read it. */
const surplus =
  "a value never belongs in the command line; give it on stdin. What was typed may be in your shell's history.";
const name = {
  name: 'NAME',
  what: 'Of the secret.',
  form: /^[A-Za-z_][A-Za-z0-9_]*$/,
  unsaid: true,
} as const;

export default defineCommand({
  name: 'secrets',
  summary: 'Keep secrets encrypted with the code: list, set, unset, edit, import, rotate, recipients, merge.',
  details: `They are kept in secrets/ENVIRONMENT.age, encrypted to the public keys in secrets/recipients; commit both. Your own key is in
CONDUCTOR_AGE_KEY or .conductor/age.key. What Conductor generated is kept with the history of the environment, which the team shares; for
an environment of this machine alone, on this machine, where no key is needed. A value is never an argument: every user of a machine can read those.
What is kept elsewhere (secret.from in the config) is listed with its address; a deploy reads it.
--json: list gives [{name, fingerprint, generated, from}] (from: of what is kept elsewhere, and fingerprint is null then), recipients [{key, name}], the others {environment, changed: [names]}.`,
  args: [],
  actions: {
    list: { what: 'Names and keyed fingerprints, never values; generated ones, too.', args: [] },
    set: { what: 'The value comes from stdin, or is typed without being shown.', args: [name], surplus },
    unset: { what: 'Remove one.', args: [name], surplus },
    edit: { what: 'All of them, in your editor (EDITOR).', args: [] },
    import: {
      what: 'From an .env file; - reads stdin. All of it or nothing: lines that cannot be read are named by number.',
      args: [{ name: 'FILE', what: 'The file.' }],
    },
    rotate: {
      what: 'A new random value (--stdin: from stdin), also for a generated one. Keys that sign keep the old value accepted as NAME_PREVIOUS until rotate NAME --finish.',
      args: [name],
      surplus,
    },
    recipients: {
      what: 'Who can read, the same for every environment. init makes your key; add KEY --name WHO; remove KEY.',
      args: [
        { name: 'change', what: 'What to do; left out, list.', known: () => ['init', 'add', 'remove'] },
        { name: 'key', what: 'A public key, age1….' },
      ],
    },
    merge: {
      what: 'End a conflict that git left (--prefer ours or theirs decides names changed on both sides). git itself gives it three files.',
      args: [
        { name: 'environment', what: 'Which; from git, the base.' },
        { name: 'ours', what: 'From git.' },
        { name: 'theirs', what: 'From git.' },
      ],
      // git calls it wherever it merges, also while the config itself is in conflict.
      asTyped: true,
    },
  },
  options: {
    name: text('WHO', 'Whose key a recipient is.'),
    stdin: flag('rotate: take the new value from stdin.'),
    overlap: flag('rotate: keep the old value accepted, whatever the key is for.'),
    finish: flag('rotate: end the overlap.'),
    prefer: {
      what: 'merge: whose value wins where both changed it.',
      value: 'SIDE',
      parse: (side: string): 'ours' | 'theirs' => {
        if (side === 'ours' || side === 'theirs') return side;
        throw new Error('is neither ours nor theirs');
      },
      default: undefined as 'ours' | 'theirs' | undefined,
    },
  },
  async run([action, ...args], options, context) {
    const { actions } = await import('./secrets-actions.ts');
    return actions[action as keyof typeof actions]({ args, options, context });
  },
});
