import type { Mutant } from '../mutant.ts';

const render = 'deploy/test/platforms/render-others.test.ts';
const digitalocean = 'deploy/test/platforms/digitalocean-others.test.ts';

/** What others have made is told from ours, and not touched. */
export const ownershipMutants: readonly Mutant[] = [
  {
    id: 'render-name-is-enough',
    file: 'deploy/src/targets/render/workspace.ts',
    find: 'isMarked(variables, this.#context) ||',
    replace: 'true ||',
    tests: [render],
    breaks: 'A service on Render is ours by its mark, not by its name.',
  },
  {
    id: 'render-first-page',
    file: 'deploy/src/targets/render/pages.ts',
    find: 'if (page.length < most) return all;',
    replace: 'return all;',
    tests: [render],
    breaks: 'Lists of Render are read to their end.',
  },
  {
    id: 'render-key-value-of-others',
    file: 'deploy/src/targets/render/stores.ts',
    find: 'one.environmentId && one.environmentId === environment',
    replace: 'true',
    tests: [render],
    breaks: 'A key-value store of Render is ours in our environment only.',
  },
  {
    id: 'render-forgets-whose-variables',
    file: 'deploy/src/targets/render/adopt.ts',
    find: 'JSON.stringify(Object.keys(theirs))',
    replace: "'[]'",
    tests: [render],
    breaks: 'What others have set in an adopted service stays.',
  },
  {
    id: 'mark-of-any-project',
    file: 'deploy/src/targets/mark.ts',
    find: 'environment === mark.environment && project === mark.project',
    replace: 'environment === mark.environment',
    tests: [render],
    breaks: 'The same environment of another project is somebody else’s.',
  },
  {
    id: 'digitalocean-names-cut',
    file: 'deploy/src/targets/digitalocean/names.ts',
    find: "if (whole.length <= longest && !whole.endsWith('-')) return whole;",
    replace: 'return whole.slice(0, longest);',
    tests: [digitalocean],
    breaks: 'Two environments with long names have two apps on DigitalOcean.',
  },
  {
    id: 'digitalocean-clusters-in-frankfurt',
    file: 'deploy/src/targets/digitalocean/stores.ts',
    find: 'databases.region ?? dataCenters[region]',
    replace: "databases.region ?? 'fra1'",
    tests: [digitalocean],
    breaks: 'Clusters are made where the app is.',
  },
  {
    id: 'digitalocean-rules-of-others-lost',
    file: 'deploy/src/targets/digitalocean/spec.ts',
    find: '[...ours, ...others].sort(',
    replace: '[...ours].sort(',
    tests: [digitalocean],
    breaks: 'Ingress rules of others stay in the app.',
  },
  {
    id: 'digitalocean-domains-of-others-removed',
    file: 'deploy/src/targets/digitalocean/observe.ts',
    find: '.filter(({ spec }) => hosts.has(spec.domain))',
    replace: '',
    tests: [digitalocean],
    breaks: 'A plan does not remove the domains of others.',
  },
  {
    id: 'digitalocean-cluster-by-name',
    file: 'deploy/src/targets/digitalocean/stores.ts',
    find: 'tags.every(',
    replace: 'tags.some(',
    tests: [digitalocean],
    breaks: 'A cluster is ours by all of its tags.',
  },
  {
    id: 'deploy-adopts-unasked',
    file: 'deploy/src/engine/planning.ts',
    find: 'if (foreign.length > 0) throw',
    replace: 'if (foreign.length > 9) throw',
    tests: ['deploy/src/cli/adopt.test.ts'],
    breaks: 'What is somebody else’s is adopted only when that is said.',
  },
  {
    id: 'resume-forgets-to-adopt',
    file: 'deploy/src/engine/attempt.ts',
    find: "...(change.kind === 'adopt' && { again: true }),",
    replace: '',
    tests: ['deploy/src/cli/adopt.test.ts'],
    breaks: 'A deploy that goes on after a kill adopts what it was told to.',
  },
];
