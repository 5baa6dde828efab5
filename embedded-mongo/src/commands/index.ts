import { aggregateCommands } from './aggregate.ts';
import { applyOpsCommands } from './apply-ops.ts';
import { authenticationCommands } from './authentication.ts';
import { catalogCommands } from './catalog.ts';
import type { Command } from './command.ts';
import { crudCommands } from './crud.ts';
import { explainCommands } from './explain.ts';
import { findCommands } from './find.ts';
import { indexCommands } from './indexes.ts';
import { serverCommands } from './server.ts';
import { transactionCommands } from './transaction.ts';

/** Every command this server answers, by name. */
export const commands: ReadonlyMap<string, Command> = new Map(
  Object.entries({
    ...serverCommands,
    ...authenticationCommands,
    ...findCommands,
    ...aggregateCommands,
    ...explainCommands,
    ...crudCommands,
    ...catalogCommands,
    ...indexCommands,
    ...transactionCommands,
    ...applyOpsCommands,
  }),
);
