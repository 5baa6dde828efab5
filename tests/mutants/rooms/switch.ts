import type { Mutant } from '../mutant.ts';

const story = 'deploy/src/switch/switch.test.ts';
const names = 'deploy/src/switch/names.test.ts';

/** The program that stands in front of releases on own servers. */
export const switchMutants: readonly Mutant[] = [
  {
    id: 'switch-half-a-table',
    file: 'deploy/src/switch/switch.ts',
    find: 'throw unresolved(missing, within);',
    replace: '',
    tests: [story],
    breaks: 'All services of a release move together, or none does.',
  },
  {
    id: 'switch-moves-unwritten',
    file: 'deploy/src/switch/state.ts',
    find: 'throw new ConductorError({',
    replace: 'void new ConductorError({',
    tests: [story],
    breaks: 'What visitors get to is written down before they get there.',
  },
  {
    id: 'switch-cuts-off-what-left',
    file: 'deploy/src/switch/switch.ts',
    find: 'if (!this.#serving.has(key)) this.#leaving.add(member);',
    replace: 'if (!this.#serving.has(key)) member.upstream.letGo();',
    tests: [story],
    breaks: 'What is under way with a release goes on after the cutover.',
  },
  {
    id: 'switch-drains-what-serves',
    file: 'deploy/src/switch/switch.ts',
    find: 'if (!this.#state.table?.services.some((each) => each.release === release)) return;',
    replace: 'return;',
    tests: [story],
    breaks: 'What visitors have open with the release that serves is never ended.',
  },
  {
    id: 'switch-waits-for-a-machine-that-is-gone',
    file: 'deploy/src/gateway/presence.ts',
    find: 'this.#gone = true;\n      this.#lost();',
    replace: 'this.#gone = true;',
    tests: ['deploy/src/gateway/presence.test.ts'],
    breaks: 'What was sent to a machine that lost its power is answered by another one.',
  },
  {
    id: 'switch-cuts-off-what-takes-long',
    file: 'deploy/src/gateway/presence.ts',
    find: "end(!silent.has(code ?? ''))",
    replace: 'end(false)',
    tests: ['deploy/src/gateway/presence.test.ts'],
    breaks: 'A service that takes nothing new while it finishes is left alone.',
  },
  {
    id: 'switch-forgets-addresses',
    file: 'deploy/src/switch/names.ts',
    find: 'this.#failing.add(name);',
    replace: 'this.#failing.add(name); this.#known.delete(name);',
    tests: [names],
    breaks: 'A name server that is away takes no service from its visitors.',
  },
  {
    id: 'switch-takes-old-addresses',
    file: 'deploy/src/switch/names.ts',
    find: "answers[at]!.status === 'rejected'",
    replace: "answers[at]!.status === 'rejected' && this.of(missing[at]!).length === 0",
    tests: [names],
    breaks: 'A cutover trusts only addresses that were found for it.',
  },
  {
    id: 'switch-edge-of-yesterday',
    file: 'deploy/src/switch/edge.ts',
    find: 'if (names.of(name).includes(address)) return true;',
    replace: 'if (address !== name) return true;',
    tests: [story],
    breaks: 'Only the edge is believed on whose behalf a request comes.',
  },
  {
    id: 'switch-tells-the-pass',
    file: 'deploy/src/switch/switch.ts',
    find: 'maintenance: closed && {',
    replace: 'maintenance: closed && { ...closed,',
    tests: [story],
    breaks: 'Who looks at what is routed is not told the pass.',
  },
  {
    id: 'switch-keeps-idle-connections',
    file: 'deploy/src/gateway/public-server.ts',
    find: 'if (!res.headersSent) res.shouldKeepAlive = false;',
    replace: 'void res;',
    tests: ['deploy/src/gateway/gateway.test.ts'],
    breaks: 'A gateway that ends tells clients with their last answers.',
  },
];
