import { createHash } from 'node:crypto';
import { label } from './names.ts';
import { type EngineService, operations } from './operations.ts';
import { ensureService, labelOf, updateService } from './services.ts';
import type { Site } from './site.ts';
import type { ServiceSpec } from './spec.ts';

/** How many of it run is changed apart from what it is. */
function fingerprintOf({ Mode: _, ...essence }: ServiceSpec): string {
  return createHash('sha256').update(JSON.stringify(essence)).digest('base64url');
}

/** Whether a service of ours was made from this. */
export const isAsWanted = (found: EngineService, spec: ServiceSpec): boolean =>
  labelOf(found, label.specification) === fingerprintOf(spec);

/**
 * Makes a service of ours that stays from release to release, or brings it to what it should be. What it was made from is in a label, so
 * that one that is as wanted is left alone: every update starts it anew.
 */
export async function keepService(site: Site, spec: ServiceSpec): Promise<{ id: string; changed: boolean }> {
  const wanted = fingerprintOf(spec);
  const marked = { ...spec, Labels: { ...spec.Labels, [label.specification]: wanted } };
  const { service, made } = await ensureService(site, marked);
  if (made || labelOf(service, label.specification) === wanted) return { id: service.ID, changed: made };
  // Labels that others of our parts have added stay: a domain of the switch, say.
  await updateService(site, service.ID, (now) => ({
    ...marked,
    Labels: { ...now.Labels, ...marked.Labels },
    Mode: now.Mode,
  }));
  return { id: service.ID, changed: true };
}

/** Id of the secret or config of that name. */
export async function fileNamed(
  { rest }: Pick<Site, 'rest'>,
  kind: 'secret' | 'config',
  name: string,
): Promise<string | undefined> {
  const list = kind === 'secret' ? operations.secrets : operations.configs;
  const found = await rest(list, { query: { filters: JSON.stringify({ name: [name] }) } });
  return found.find(({ Spec }) => Spec.Name === name)?.ID;
}

/** A secret or a config of that name, made where there is none. Their data never change: another content is another name. */
export async function ensureFile(
  { rest }: Pick<Site, 'rest'>,
  kind: 'secret' | 'config',
  name: string,
  data: string | Buffer,
  labels: Readonly<Record<string, string>>,
): Promise<string> {
  const find = () => fileNamed({ rest }, kind, name);
  const found = await find();
  if (found) return found;
  const create = kind === 'secret' ? operations.createSecret : operations.createConfig;
  const body = { Name: name, Labels: labels, Data: Buffer.from(data).toString('base64') };
  try {
    return (await rest(create, { body })).ID;
  } catch (error) {
    const late = await find();
    if (!late) throw error;
    return late;
  }
}
