import { createHash } from 'node:crypto';
import { label } from './names.ts';
import { operations } from './operations.ts';
import { ensureService, labelOf, updateService } from './services.ts';
import type { Site } from './site.ts';
import type { ServiceSpec } from './spec.ts';

/**
 * Makes a service of ours that stays from release to release, or brings it to what it should be. What it was made from is in a label, so
 * that one that is as wanted is left alone: every update starts it anew.
 */
export async function keepService(site: Site, spec: ServiceSpec): Promise<{ id: string; changed: boolean }> {
  // How many of it run is changed apart from what it is.
  const { Mode: _, ...essence } = spec;
  const wanted = createHash('sha256').update(JSON.stringify(essence)).digest('base64url');
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

/** A secret or a config of that name, made where there is none. Their data never change: another content is another name. */
export async function ensureFile(
  { rest }: Pick<Site, 'rest'>,
  kind: 'secret' | 'config',
  name: string,
  data: string | Buffer,
  labels: Readonly<Record<string, string>>,
): Promise<string> {
  const list = kind === 'secret' ? operations.secrets : operations.configs;
  const find = async () =>
    (await rest(list, { query: { filters: JSON.stringify({ name: [name] }) } })).find(
      ({ Spec }) => Spec.Name === name,
    )?.ID;
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
