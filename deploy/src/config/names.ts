import { join } from 'node:path';
import { configFile, findRoot, importConfig } from './load.ts';

/** What a command line may call by name. */
export interface ConfigNames {
  readonly environments: readonly string[];
  readonly services: readonly string[];
  readonly stores: readonly string[];
}

/**
 * The names that the project around `from` gives, without checking the rest: what is wrong with a config is said by whoever opens it.
 * @throws {ConductorError} exit 2 where there is no config, or where the file itself failed.
 */
export async function configNames(from: string): Promise<ConfigNames> {
  const config = await importConfig(join(findRoot(from), configFile));
  return {
    environments: keysOf(config, 'environments'),
    services: keysOf(config, 'services'),
    stores: keysOf(config, 'stores'),
  };
}

function keysOf(config: unknown, field: string): string[] {
  const all = (config as Record<string, unknown> | null)?.[field];
  return typeof all === 'object' && all !== null ? Object.keys(all) : [];
}
