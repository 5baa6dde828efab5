import type { Check } from './check.ts';
import { account, engine } from './engine.ts';
import { firewall } from './firewall.ts';
import { ports } from './ports.ts';
import { published } from './published.ts';
import { clock, disk, memory } from './room.ts';
import { reboot, rootLogin, upgrades } from './upkeep.ts';

/** What is asked of a machine whose system is known, in the order in which it is said and mended. The firewall comes before the engine opens anything. */
export const checks: readonly Check[] = [
  disk,
  memory,
  clock,
  ports,
  firewall,
  published,
  engine,
  account,
  upgrades,
  rootLogin,
  reboot,
];
