import { type ErrorPages, page } from './page.ts';

/** The history of an environment, and who is changing it. */
export const historyPages: ErrorPages = {
  'lock.held': page(
    'Somebody is changing this environment at this moment; one at a time may. Who, since when and why is in the message.',
    'Wait for them: the same command with `--wait 10m`.',
    '`conductor lock production` says whether the holder still lives. A dead one’s lock runs out within a minute.',
  ),
  'lock.lost': page(
    'This command held the lock and lost it: the machine slept, or the remote could not be reached for long. From then on it touched nothing more.',
    '`conductor status production` says what is true, and whether something has to be ended.',
  ),
  'lock.corrupted': page(
    'What is kept as the lock is none. It was left as it is.',
    'When you are sure that nobody is deploying, remove the file or the git ref that is named.',
  ),
  'lock.not-awaited': page(
    'The command was interrupted while it waited for the lock. Nothing was changed.',
    'Run it again when you like.',
  ),
  'ledger.busy': page(
    'The history was written to by others again and again at the same moment.',
    'Run the command again.',
  ),
  'ledger.unreachable': page(
    'The history is shared through git, and the remote could not be reached, or refused. Nothing was changed.',
    'Try `git push` yourself: network, rights, an expired key. `CONDUCTOR_DEBUG=1` shows more.',
  ),
  'ledger.corrupted': page(
    'A line of the history is not what was written there. It was left as it is; what runs is not touched.',
    'Bring back a good copy (git has one where the history is shared), or fix the line by hand.',
  ),
};
