import type { Service } from '../../src/model/service.ts';
import type { Bench } from '../target-contract.ts';
import { type Platform, release } from './crm.ts';
import type { Behaviour } from './twin.ts';

const words: Readonly<Record<'good' | 'crash' | 'unhealthy', Behaviour>> = {
  good: 'good',
  crash: 'crashes',
  unhealthy: 'health-fails',
};

/** The contract suite's bench on a twin: a service's variable says how it behaves. */
export function benchOf(platform: Platform): Bench {
  platform.twin.behave = (_service, { BEHAVIOUR }) => (BEHAVIOUR as Behaviour | undefined) ?? 'good';
  return {
    target: () => platform.target(),
    service: (behaviour): Service => ({
      name: 'web',
      root: '.',
      image: `ghcr.io/example/web@sha256:${'cd34'.repeat(16)}`,
      start: ['node', 'web.ts'],
      paths: ['/'],
      health: { path: '/health', deadline: 60 },
      replicas: 1,
      drain: 1,
      singleton: false,
      variables: { BEHAVIOUR: { kind: 'plain', value: words[behaviour] } },
    }),
    release: (version) => {
      const { task: _, ...plain } = release(version, { stores: [] });
      return plain;
    },
    async close() {
      await platform.close();
      if (platform.twin.violations.length) throw new Error(platform.twin.violations.join('\n'));
    },
  };
}
