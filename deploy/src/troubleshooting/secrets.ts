import { type ErrorPages, page } from './page.ts';

/** Secrets, and who may read them. */
export const secretPages: ErrorPages = {
  'secrets.address': page(
    'What `secret.from(…)` names is no address that can be read.',
    'docs/guides/secrets.md lists the forms: `op://`, `aws-sm://`, `env:`, `file:`, `cmd:`.',
  ),
  'secrets.no-key': page(
    'The secrets are encrypted, and there is no key on this machine to open them.',
    'Put yours into the file that is named, or into `CONDUCTOR_AGE_KEY`.',
    'New here? `conductor secrets recipients init` makes one; a colleague adds it with `conductor secrets recipients add KEY`.',
  ),
  'secrets.bad-key': page(
    'What is kept as your key is no age key.',
    'It is one line that begins with `AGE-SECRET-KEY-1`. A password manager may have cut it.',
  ),
  'secrets.unreadable-key': page(
    'Your key file cannot be read.',
    'Look at its owner and rights: `ls -l FILE`.',
  ),
  'secrets.exposed-key': page(
    'Other users of this machine can read your key file.',
    '`chmod 600 FILE`. If others use the machine, make a new key and rotate what it opened.',
  ),
  'secrets.key-exists': page(
    'There is a key already, and it may be the only one that opens your secrets.',
    'Move it away first if you really want another.',
  ),
  'secrets.not-a-recipient': page(
    'The secrets are not encrypted to your key.',
    'Ask somebody who can read them to run `conductor secrets recipients add KEY` with your public key, and to push.',
  ),
  'secrets.no-recipients': page(
    'Nobody is named who may read the secrets.',
    '`conductor secrets recipients init` makes a key and names it.',
  ),
  'secrets.bad-recipient': page(
    'What was given is no public key of age.',
    'It begins with `age1`. The other person was told theirs by `conductor secrets recipients init`; `age-keygen -y FILE` says it again.',
  ),
  'secrets.private-recipient': page(
    'A private key was given where a public one belongs. It was not written anywhere, and is in your shell’s history now.',
    'Give the public key (`age1…`), and make a new private one if others read that history.',
  ),
  'secrets.bad-name': page(
    'The name is none that an environment variable can have, or a value was put into the command line.',
    'Letters, digits and _, not beginning with a digit. Values come through standard input or a terminal.',
  ),
  'secrets.bad-environment': page(
    'The environment’s name cannot be a file’s name.',
    'Rename it in the config.',
  ),
  'secrets.blank-value': page(
    'No value came in, or an empty one.',
    'Pipe it in (`printf %s "$VALUE" | conductor secrets set production NAME`), or type it in a terminal. To have none: `conductor secrets unset production NAME`.',
  ),
  'secrets.unknown-name': page(
    'There is no secret of that name.',
    '`conductor secrets list production` lists what there is.',
  ),
  'secrets.not-made-yet': page(
    'Conductor makes that value when it is first needed, and it was not needed yet.',
    'A deploy makes it.',
  ),
  'secrets.generated': page(
    'Conductor made that value itself; removing it would only make another one.',
    'For a new value: `conductor secrets rotate production NAME`.',
  ),
  'secrets.not-rotated': page('The new value is the one that it already has.', 'Give another one.'),
  'secrets.rotation-open': page(
    'The secret is being rotated already: its value before is still accepted.',
    'Deploy, wait until nothing uses the old one, then `conductor secrets rotate production NAME --finish`.',
  ),
  'secrets.changed': page(
    'Somebody else changed the file while this command ran. Nothing was written.',
    'Run the command again.',
  ),
  'secrets.conflict': page(
    'Two branches changed the same secret. Nothing was written.',
    '`conductor secrets merge production --prefer ours`, or `theirs`; then `git add` and commit.',
  ),
  'secrets.no-conflict': page('git has no merge of that file under way.', 'Nothing has to be done.'),
  'secrets.corrupted': page(
    'A file of secrets is not what was written there. It was left as it is.',
    'Bring back a good copy: `git checkout -- secrets/`, or from a backup.',
  ),
  'secrets.wrong-environment': page(
    'The file holds the secrets of another environment: it was copied or renamed.',
    'Bring the right one back from git.',
  ),
  'secrets.unreadable-lines': page(
    'Lines of the file to import are no `NAME=value`. Nothing was imported.',
    'Fix the lines that are named; values with several lines, a # or blanks at their ends go between double quotes.',
  ),
  'secrets.no-editor': page('The editor could not be started.', 'Set `EDITOR`, such as `EDITOR=nano`.'),
  'secrets.bad-edit': page(
    'What came back from the editor could not be read, so nothing was saved.',
    'Run the command again; each line is `NAME: value`.',
  ),
  'secrets.interrupted': page(
    'The command was interrupted. Nothing was changed.',
    'Run it again when you like.',
  ),
};
