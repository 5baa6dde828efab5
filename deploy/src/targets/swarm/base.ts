import { edgeLabels, edgeName, labelsOf, networkName } from './names.ts';
import { operations } from './operations.ts';
import type { Site } from './site.ts';

/** The network of an environment, and the one on which the edge reaches the switches of all of them. */
export async function ensureNetworks(site: Site): Promise<void> {
  await ensureNetwork(site, networkName(site.context), labelsOf(site.context, 'service'));
  await ensureNetwork(site, edgeName, edgeLabels);
}

async function ensureNetwork(
  { rest }: Site,
  name: string,
  labels: Readonly<Record<string, string>>,
): Promise<void> {
  const find = async () =>
    (await rest(operations.networks, { query: { filters: JSON.stringify({ name: [name] }) } })).some(
      (network) => network.Name === name,
    );
  if (await find()) return;
  try {
    await rest(operations.createNetwork, {
      body: { Name: name, Driver: 'overlay', Attachable: true, CheckDuplicate: true, Labels: labels },
    });
  } catch (error) {
    if (!(await find())) throw error;
  }
}
