import { ConductorError, exitCode } from '../errors.ts';
import { defineCommand } from './command.ts';
import { environmentOption, flag, text } from './options.ts';
import { actions } from './secrets-actions.ts';

export default defineCommand({
  name: 'secrets',
  summary: 'Keep secrets encrypted with the code: list, set, unset, edit, import, rotate, recipients, merge.',
  details: `list                     names and keyed fingerprints, never values
set NAME                 the value comes from stdin, or is typed without being shown
unset NAME
edit                     all of them in your editor (EDITOR)
import FILE              from an .env file; - reads stdin
rotate NAME              a new random value (--stdin: from stdin). Keys that sign keep the old value accepted as
                         NAME_PREVIOUS until rotate NAME --finish
recipients               who can read; recipients init makes your key, recipients add KEY --name WHO, recipients remove KEY
merge                    ends a conflict that git left (--prefer ours or theirs decides names changed on both sides);
                         git itself calls merge %O %A %B

They are kept in secrets/<environment>.age, encrypted to the public keys in secrets/recipients; commit both. Your own key is in
CONDUCTOR_AGE_KEY or .conductor/age.key. A value is never an argument: every user of a machine can read those.
--json: list gives [{name, fingerprint}], recipients [{key, name}], the others {environment, changed: [names]}.`,
  args: [
    { name: 'action', what: 'One of the above; left out, list.' },
    { name: 'name', what: 'Of the secret; the file to import; what to do with recipients.' },
    { name: 'more', what: "A recipient's key." },
    { name: 'theirs', what: 'Third file of a merge.' },
  ],
  options: {
    environment: environmentOption,
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
  async run([action = 'list', ...args], options, context) {
    if (Object.hasOwn(actions, action)) {
      return actions[action as keyof typeof actions]({ args, options, context });
    }
    throw new ConductorError({
      code: 'cli.usage',
      message: `secrets: there is no "${action}".`,
      hint: `Use one of ${Object.keys(actions).join(', ')}.`,
      exit: exitCode.usage,
    });
  },
});
