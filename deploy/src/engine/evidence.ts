import type { Target } from '../targets/target.ts';

/** The last log lines of a service of a release, to be shown where it failed. */
export interface Evidence {
  readonly service: string;
  readonly lines: readonly string[];
}

/** The last lines of each service: those that the target showed itself, else what its log ends with. What cannot be read says so in its place: evidence never hides the failure itself. */
export async function gatherEvidence(
  target: Target,
  services: readonly string[],
  version: string,
  shown: ReadonlyMap<string, readonly string[]> = new Map(),
  lines = 20,
): Promise<Evidence[]> {
  return Promise.all(
    services.map(async (service) => {
      const own = shown.get(service);
      if (own) return { service, lines: own.slice(-lines) };
      try {
        const found: string[] = [];
        for await (const { text } of target.logs(service, { lines, version })) found.push(text);
        return { service, lines: found.slice(-lines) };
      } catch (error) {
        return { service, lines: [`(its log cannot be read: ${(error as Error).message})`] };
      }
    }),
  );
}
