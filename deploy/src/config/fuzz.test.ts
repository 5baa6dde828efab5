import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConductorError } from '../errors.ts';
import { targetKinds } from '../targets/index.ts';
import type { ProjectInput } from './input.generated.ts';
import { checkConfig } from './load.ts';
import { generated, secret, service, store } from './settings.ts';

const good = (): ProjectInput => ({
  project: 'shop',
  stores: { db: { kind: 'mongodb' }, cache: { kind: 'redis' } },
  services: {
    api: {
      root: 'api',
      build: 'npm run build',
      start: 'node api.ts',
      paths: ['/api'],
      health: { path: '/health', deadline: 30 },
      replicas: 2,
      drain: 10,
      settings: {
        DB: store('db').url,
        KEY: generated(32),
        WEB: service('web').url,
        MAIL: secret('MAIL'),
        N: 1,
      },
    },
    web: { start: ['node', 'web.ts'], paths: ['/'] },
  },
  release: { service: 'api', command: 'node release.ts', deadline: 60 },
  links: { docs: { service: 'api', path: '/docs' } },
  environments: {
    local: { target: { kind: 'local', settings: { port: 8080 } }, bake: 0, checks: { only: ['target'] } },
    production: { target: { kind: 'local', settings: {} }, settings: { N: 2 }, bounds: { errors: 0.1 } },
  },
});

/** Paths of every value in a tree. */
function paths(value: unknown, path: readonly string[] = []): string[][] {
  const below = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return [
    ...(path.length > 0 ? [[...path]] : []),
    ...below.flatMap(([key, child]) => paths(child, [...path, key])),
  ];
}

/** A copy of the config with one value replaced by something that stands nowhere in a config. */
function mutated(path: readonly string[], value: unknown): unknown {
  const config = structuredClone(good()) as Record<string, unknown>;
  const parent = path.slice(0, -1).reduce((found, key) => found[key] as Record<string, unknown>, config);
  parent[path.at(-1)!] = value;
  return config;
}

/** Accepted, or refused as a person's mistake: exit 2, a path for each problem, no stack trace. */
function refusalOf(config: unknown): ConductorError | null {
  try {
    checkConfig(config, targetKinds);
    return null;
  } catch (error) {
    if (!(error instanceof ConductorError)) throw error;
    return error;
  }
}

describe('200 mutated configs', () => {
  const all = paths(good());

  it('are each refused with exit 2 and a path when a value of the wrong kind stands somewhere', () => {
    expect(refusalOf(good())).toBeNull();
    const wrong = fc.constantFrom<unknown>(null, Number.NaN, () => 1, [null], { unknown: [1] });
    fc.assert(
      fc.property(fc.constantFrom(...all), wrong, (path, value) => {
        const refusal = refusalOf(mutated(path, value));
        expect(refusal, `${path.join('.')} was accepted`).not.toBeNull();
        expect(refusal?.exit).toBe(2);
        expect(refusal?.message).toContain(path[0]);
        expect(refusal?.message).not.toMatch(/\n\s+at .*:\d+:\d+/);
      }),
      { numRuns: 200 },
    );
  });

  it('are never more than refused, whatever stands there', () => {
    fc.assert(
      fc.property(fc.constantFrom(...all), fc.anything(), (path, value) => {
        const refusal = refusalOf(mutated(path, value));
        if (refusal) expect(refusal.exit).toBe(2);
      }),
      { numRuns: 200 },
    );
  });

  it('name a key that is not known, wherever it stands', () => {
    const objects = all.filter((path) => {
      const value = path.reduce<unknown>((found, key) => (found as Record<string, unknown>)[key], good());
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    });
    const records = /^(stores|services|links|environments)$|settings$/;
    fc.assert(
      fc.property(fc.constantFrom(...objects.filter((path) => !records.test(path.at(-1)!))), (path) => {
        if (path.includes('settings')) return;
        const refusal = refusalOf(mutated([...path, 'nonsense'], 1));
        expect(refusal?.message).toContain(`${path.join('.')}.nonsense`);
      }),
      { numRuns: 200 },
    );
  });
});
