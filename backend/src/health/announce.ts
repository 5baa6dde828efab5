import type { Logger } from 'pino';
import { type Probe, probeAll } from './probes.ts';

const everyMs = 1000;

/**
 * Logs that the process is ready when its stores really are, and until then what it waits for, each time that changes. Returns how to stop it.
 * @param details goes with the line that says it is ready
 */
export function announceReady(
  name: string,
  log: Pick<Logger, 'info' | 'warn'>,
  probes: Record<string, Probe>,
  details: object,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let said = '';
  const look = async () => {
    const services = await probeAll(probes);
    if (stopped) return;
    if (Object.values(services).every((word) => word === 'healthy')) {
      log.info(details, `${name} is ready`);
      return;
    }
    const waitsFor = Object.keys(services)
      .filter((store) => services[store] !== 'healthy')
      .join();
    if (waitsFor !== said) log.warn({ services }, `${name} waits for its stores`);
    said = waitsFor;
    timer = setTimeout(look, everyMs);
  };
  void look();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
