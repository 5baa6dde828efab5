import path from 'node:path';
import { expect, test } from 'vitest';
import { targetKinds } from './index.ts';
import { renderReference } from './reference.ts';

const reference = path.resolve(import.meta.dirname, '../../../docs/reference/platforms.md');

/** What some of them cannot do without. */
const needed: Readonly<Record<string, object>> = { swarm: { host: 'ssh://deploy@server.example.com' } };

test('docs/reference/platforms.md says what the targets can do and which operations they use', async () => {
  const targets = await Promise.all(
    targetKinds.map(async ({ kind, settings, create }) => {
      const target = await create({
        project: 'example',
        environment: 'production',
        root: import.meta.dirname,
        state: path.join(import.meta.dirname, 'nowhere'),
        settings: settings.parse(needed[kind] ?? {}),
        stores: [],
        services: [],
        domains: {},
        credential: async () => undefined,
        fingerprint: () => '',
      });
      return { kind, traits: target.traits };
    }),
  );
  await expect(renderReference(targets)).toMatchFileSnapshot(reference);
});
