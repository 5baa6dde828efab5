import { defineCommand, type Option } from './command.ts';
import { flag, text } from './options.ts';

/** The form is checked again, word for word, by whoever reaches it; here it only tells an address from what is none. */
const address = {
  name: 'address',
  what: 'How its root, or who may become root, is reached by ssh: ssh://root@203.0.113.10.',
  form: /^ssh:\/\/[\w.:[\]@-]+\/?$/,
} as const;

/** It becomes a word of a shell over there. */
const account: Option<string | undefined> = {
  what: 'add: the account by which deploys reach it. Default: that of the config, else deploy.',
  value: 'NAME',
  parse: (given) => {
    if (!/^[a-z_][a-z0-9_-]*$/.test(given)) throw new Error('is no name of an account');
    return given;
  },
  default: undefined,
};

export default defineCommand({
  name: 'server',
  summary: 'Own servers: look whether a machine can be one, prepare it, and add it.',
  details: `Where the config has one environment on own servers it need not be named; where it has none yet, or there is no config, a first server can be added
all the same, and the line to write is printed. \`add\` looks, and changes nothing but with --install: then Docker, a firewall (ufw), security updates by
themselves and an account for deploys are made where they are missing, and it is looked again. Once nothing is missing, the machine becomes part of the
servers, also without --install. All of it can be done again: what is there already stays as it is. The machine is Debian 12 or newer, or Ubuntu 22.04 or newer.
Exit codes: 0 it is whole and added, 3 something is missing, or ssh did not get in, and nothing was changed, 7 something that was begun has failed.
--json: {environment (or null), address, ready, findings: [{level, title, detail, fix}], done, advertised, role, config: lines to write}.`,
  args: [],
  actions: {
    add: {
      what: 'Look at a machine, and make it a server: the first one, or the next.',
      args: [address],
      beforeConfig: true,
    },
  },
  options: {
    install: flag('add: do what is missing there, and look again.'),
    account,
    advertise: text(
      'ADDRESS',
      'add: by which of its addresses the other servers reach it. Default: the private one.',
    ),
    'firewall-elsewhere': flag(
      "add: the firewall is the provider's; none is looked for or set up on the machine.",
    ),
  },
  async run([action, word], options, context) {
    const { actions } = await import('./server-actions.ts');
    return actions[action as keyof typeof actions]({ word, options, context });
  },
});
