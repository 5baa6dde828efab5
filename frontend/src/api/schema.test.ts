import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { apiTypes, type OpenApi, typesFile } from '../../build/api-types.ts';

/** The backend is another project to the compiler; only this much of its test application is used. */
interface Crm {
  app: { inject(url: string): Promise<{ json(): unknown }> };
  close(): Promise<void>;
}

/** The description without the operations that the client's types don't have: those it can't be using. */
function knownTo(types: string, { paths = {}, ...description }: OpenApi): OpenApi {
  const known = Object.entries(paths).map(([path, methods]) => {
    const name = (method: string) => `'${method.toUpperCase()} ${path.replace('/api/v1', '')}'`;
    return [
      path,
      Object.fromEntries(Object.entries(methods).filter(([method]) => types.includes(name(method)))),
    ];
  });
  return { ...description, paths: Object.fromEntries(known) };
}

it('is as the backend describes every operation in it (else: npm run types -w frontend)', async () => {
  const backend = new URL('../../../backend/test/crm.ts', import.meta.url).href;
  const { openCrm } = (await import(/* @vite-ignore */ backend)) as { openCrm(): Promise<Crm> };
  const crm = await openCrm();
  try {
    const description = (await crm.app.inject('/openapi.json')).json() as OpenApi;
    const types = await readFile(typesFile, 'utf8');
    expect(types).toBe(apiTypes(knownTo(types, description)));
  } finally {
    await crm.close();
  }
});
