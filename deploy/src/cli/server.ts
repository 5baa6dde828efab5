import { defineCommand, type Option } from './command.ts';
import { flag, text, wait } from './options.ts';

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

const server = {
  name: 'server',
  what: 'Its name, its address, or how the config reaches it.',
} as const;

export default defineCommand({
  name: 'server',
  summary: 'Own servers: add a machine, see what runs where, drain one, and remove one.',
  details: `Where the config has one environment on own servers it need not be named. Where it has none yet, or there is no config, a first server can be added
all the same, and the line to write is printed. \`add\` looks, and changes nothing on the machine but with --install: then Docker, a firewall (ufw), security
updates by themselves and an account for deploys are made where they are missing, and it is looked again. Once nothing is missing, the machine becomes one of
the servers, also without --install: the \`host\` of the config as the first, another one by joining it, with the images of what runs. All of it can be done
again: what is there already stays as it is. The machine is Debian 12 or newer, or Ubuntu 22.04 or newer.
\`drain\` and \`remove\` wait until what ran there runs elsewhere; what runs there only is started elsewhere first, unless it is a singleton. They refuse the host,
on which the edge, the switch and the stores lie, and what would leave too few managers to take orders.
Exit codes: 0 done, 2 usage, 3 something is missing, ssh did not get in, or it is refused, and nothing of the servers was changed, 6 somebody else is changing the
environment, 7 something that was begun has failed.
--json: list gives {environment, servers: [{name, id, address, host, role, state, availability, engine, runs: [{name, replicas}]}], managers, reachable, quorum},
add {environment (or null), address, ready, findings: [{level, title, detail, fix}], done, advertised, role, config: lines to write}, drain and activate
{environment, server, moved}, remove also {lost, volumes, volumesRemoved, left, config, firewall}.`,
  args: [],
  actions: {
    list: {
      what: 'Every server: its role and state, what runs there, and how many managers may be lost.',
      args: [],
    },
    add: {
      what: 'Look at a machine, and make it a server: the first one, or the next.',
      args: [address],
      beforeConfig: true,
    },
    drain: { what: 'Have what runs there run on the others, and give it nothing new.', args: [server] },
    activate: { what: 'Give it replicas again.', args: [server] },
    remove: { what: 'Take it out: drained, no manager any more, out of the swarm.', args: [server] },
  },
  options: {
    install: flag('add: do what is missing there, and look again.'),
    manager: flag('add: it takes orders, too; three managers bear the loss of one.'),
    account,
    advertise: text(
      'ADDRESS',
      'add: by which of its addresses the other servers reach it. Default: the private one.',
    ),
    'firewall-elsewhere': flag(
      "add: the firewall is the provider's; none is looked for or set up on the machine.",
    ),
    dead: flag('remove: it is off, and never comes back.'),
    volumes: flag('remove: what of ours lies on its disk goes, too.'),
    wait,
  },
  async run([action, word], options, context) {
    const { actions } = await import('./server-actions.ts');
    return actions[action as keyof typeof actions]({ word, options, context });
  },
});
