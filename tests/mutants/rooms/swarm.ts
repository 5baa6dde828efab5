import type { Mutant } from '../mutant.ts';

const others = 'deploy/test/platforms/swarm-others.test.ts';
const nodes = 'deploy/test/platforms/swarm-nodes.test.ts';
const registry = 'deploy/test/platforms/swarm-registry.test.ts';
const tasks = 'deploy/src/targets/swarm/tasks.test.ts';

/** Own servers as a target. */
export const swarmMutants: readonly Mutant[] = [
  {
    id: 'swarm-healthy-by-the-engine-alone',
    file: 'deploy/src/targets/swarm/wait.ts',
    find: 'if (good.length >= replicas && good.length === answers.length)',
    replace: 'if (good.length >= 0)',
    tests: [others],
    breaks: 'A release serves only when each of its replicas was seen healthy by our own asking.',
  },
  {
    id: 'swarm-crash-loops-are-waited-for',
    file: 'deploy/src/targets/swarm/tasks.ts',
    find: "if (fallen) return { state: 'failed', detail: words(fallen[0]!) };",
    replace: '',
    tests: [tasks],
    breaks: 'A replica that ended twice is a release that does not come up.',
  },
  {
    id: 'swarm-two-schedulers',
    file: 'deploy/src/targets/swarm/deploy.ts',
    find: 'if (await poll(gone, { clock: site.clock, within: grace, pace })) return;',
    replace: 'return;',
    tests: [others],
    breaks: 'Never two of a singleton: the old one is gone before the new one begins.',
  },
  {
    id: 'swarm-waits-for-what-is-lost',
    file: 'deploy/src/targets/swarm/deploy.ts',
    find: 'return left.every(({ NodeID }) => lost.has(NodeID)) || null;',
    replace: 'return lost.size < 0 || null;',
    tests: [nodes],
    breaks: 'A lost node keeps no release from taking over.',
  },
  {
    id: 'swarm-builds-for-some',
    file: 'deploy/src/targets/swarm/images.ts',
    find: 'if (built && unsent.length > 0) throw nodeUnreached(site, unsent, built, await site.others());',
    replace: '',
    tests: [nodes],
    breaks: 'No replica is started on a node that has not its image.',
  },
  {
    id: 'swarm-takes-away-what-may-serve',
    file: 'deploy/src/targets/swarm/deploy.ts',
    find: 'if (doubt === null) await removeRelease(site, release.version);',
    replace: 'await removeRelease(site, release.version);',
    tests: [others],
    breaks: 'Where it is not known what visitors are led to, nothing is taken away.',
  },
  {
    id: 'swarm-warm-workers',
    file: 'deploy/src/targets/swarm/deploy.ts',
    find: 'for (const one of unseen) await scale(site, one.ID, 0);',
    replace: '',
    tests: [others],
    breaks: 'Workers of the release before do not go on taking jobs while the new one is watched.',
  },
  {
    id: 'swarm-served-whatever-dns-says',
    file: 'deploy/src/targets/swarm/certificate.ts',
    find: '(seen.proxied || seen.leads.some((address) => seen.server.includes(address)))',
    replace: 'true',
    tests: ['deploy/src/targets/swarm/certificate.test.ts'],
    breaks: 'A release is not looked at by a name that leads elsewhere.',
  },
  {
    id: 'swarm-certificates-of-the-first-day',
    file: 'deploy/src/targets/swarm/deploy.ts',
    find: 'await refreshEdge(site);',
    replace: '',
    tests: [others],
    breaks: 'Changed settings of certificates reach the edge with the next deploy.',
  },
  {
    id: 'swarm-secrets-for-everybody',
    file: 'deploy/src/targets/swarm/spec.ts',
    find: 'const plain = Object.entries(variables).filter(([, { secret: hidden }]) => !hidden);',
    replace: 'const plain = Object.entries(variables);',
    tests: [others],
    breaks: 'Whoever inspects a service sees no secret.',
  },
  {
    id: 'swarm-joins-a-stranger',
    file: 'deploy/src/targets/swarm/services.ts',
    find: 'if (same) return found;',
    replace: 'return found;',
    tests: [others],
    breaks: 'What somebody else has made is not touched.',
  },
  {
    id: 'swarm-login-for-everybody',
    file: 'deploy/src/targets/swarm/registry.ts',
    find: 'return login && registryOf(image) === login.server ?',
    replace: 'return login ?',
    tests: [registry],
    breaks: 'The login of a registry is shown to no other one.',
  },
  {
    id: 'swarm-rollback-to-what-a-tag-means-now',
    file: 'deploy/src/targets/swarm/images.ts',
    find: 'const exact = before.get(service.name);',
    replace: "const exact = before.get('none');",
    tests: [registry],
    breaks: 'A release of before comes back from exactly the images that it ran from.',
  },
  {
    id: 'swarm-builds-with-what-is-ignored',
    file: 'deploy/src/targets/swarm/docker-ignore.ts',
    find: 'if (path !== kept && ignored.ignores(path))',
    replace: 'if (path === kept && ignored.ignores(path))',
    tests: ['deploy/src/targets/swarm/docker-ignore.test.ts'],
    breaks: 'What .dockerignore names is in no image, and the Dockerfile stays.',
  },
];
