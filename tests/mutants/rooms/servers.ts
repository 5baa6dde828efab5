import type { Mutant } from '../mutant.ts';

const first = 'deploy/test/platforms/server.test.ts';
const further = 'deploy/test/platforms/servers.test.ts';
const room = 'deploy/src/targets/swarm/server';

/** Machines of one's own that become servers. */
export const serverMutants: readonly Mutant[] = [
  {
    id: 'server-mends-unasked',
    file: `${room}/prepare.ts`,
    find: 'while (install) {',
    replace: 'while (true) {',
    tests: [first],
    breaks: 'Without --install nothing of a machine is changed.',
  },
  {
    id: 'server-cuts-others-off',
    file: `${room}/firewall.ts`,
    find: 'if (cut.length > 0)',
    replace: 'if (cut.length > 99)',
    tests: [first],
    breaks: 'A firewall is not set up that would cut off what somebody runs there.',
  },
  {
    id: 'server-open-to-everybody',
    file: `${room}/firewall.ts`,
    find: 'if (wide.length > 0)',
    replace: 'if (wide.length > 99)',
    tests: [first],
    breaks: 'Only the servers speak to the swarm itself.',
  },
  {
    id: 'server-failures-in-the-way-of-nobody',
    file: `${room}/add.ts`,
    find: "if (prepared.findings.some(({ level }) => level === 'failure')) return added;",
    replace: '',
    tests: [first],
    breaks: 'A machine on which something is missing is part of nothing.',
  },
  {
    id: 'server-takes-another-swarms',
    file: `${room}/join.ts`,
    find: "else if (Swarm.LocalNodeState !== 'inactive')",
    replace: "else if (Swarm.LocalNodeState === 'locked')",
    tests: [further],
    breaks: 'What is part of somebody else’s swarm is not touched.',
  },
  {
    id: 'server-without-images',
    file: `${room}/join.ts`,
    find: 'for (const image of missing) await sendImage(site, image, engine);',
    replace: '',
    tests: [further],
    breaks: 'A server can run what it is given, from its first moment on.',
  },
  {
    id: 'server-moves-the-pinned',
    file: `${room}/move.ts`,
    find: 'if (pinned.length > 0)',
    replace: 'if (pinned.length > 99)',
    tests: [further],
    breaks: 'The edge, the switch and the stores are never told to move.',
  },
  {
    id: 'server-drained-at-once',
    file: `${room}/move.ts`,
    find: 'return left.length === 0 || null;',
    replace: 'return true;',
    tests: [further],
    breaks: 'A server is drained when what ran there runs elsewhere, and not before.',
  },
  {
    id: 'server-loses-the-quorum',
    file: `${room}/remove.ts`,
    find: 'if (staysAble(managers.length, reachable.length, { answers })) return;',
    replace: 'if (managers.length > 1) return;',
    tests: [further],
    breaks: 'No manager is removed without whom nobody takes orders.',
  },
  {
    id: 'server-removes-volumes-unasked',
    file: `${room}/remove.ts`,
    find: 'if (engine && volumes)',
    replace: 'if (engine)',
    tests: [further],
    breaks: 'Data on a server go only when that is asked for.',
  },
];
