import type { Mutant } from './mutant.ts';
import { backendMutants } from './rooms/backend.ts';
import { backupMutants } from './rooms/backup.ts';
import { backupMemoryMutants } from './rooms/backup-memory.ts';
import { backupOplogMutants } from './rooms/backup-oplog.ts';
import { backupStoreMutants } from './rooms/backup-stores.ts';
import { deployMutants } from './rooms/deploy.ts';
import { embeddedMongoMutants } from './rooms/embedded-mongo.ts';
import { frontendMutants } from './rooms/frontend.ts';
import { initMutants } from './rooms/init.ts';
import { localMutants } from './rooms/local.ts';
import { ownershipMutants } from './rooms/ownership.ts';
import { secretsMutants } from './rooms/secrets.ts';
import { serverMutants } from './rooms/servers.ts';
import { swarmMutants } from './rooms/swarm.ts';
import { switchMutants } from './rooms/switch.ts';
import { targetMutants } from './rooms/targets.ts';
import { teamMutants } from './rooms/team.ts';

/** What the project promises, one line of the code each. */
export const mutants: readonly Mutant[] = [
  ...deployMutants,
  ...targetMutants,
  ...ownershipMutants,
  ...secretsMutants,
  ...initMutants,
  ...localMutants,
  ...switchMutants,
  ...serverMutants,
  ...swarmMutants,
  ...teamMutants,
  ...backupMutants,
  ...backupStoreMutants,
  ...backupOplogMutants,
  ...backupMemoryMutants,
  ...embeddedMongoMutants,
  ...backendMutants,
  ...frontendMutants,
];
