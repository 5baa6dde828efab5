import type { Clock } from 'conductor-backup/retry';
import { ConductorError, exitCode } from '../../errors.ts';
import { poll } from '../poll.ts';
import type { Rest } from '../rest.ts';
import { dockerByHand } from './dial.ts';
import { type EngineInfo, operations } from './operations.ts';

/** What a manager says that too few others answer it. */
export const isWithoutQuorum = (said: string): boolean =>
  /does not have a leader|too few managers|DeadlineExceeded|context deadline exceeded/i.test(said);

/** The manager that is asked: how it is reached, and where the others find it; a server with several addresses cannot choose one by itself. */
export interface Asked {
  readonly host: string;
  readonly address: string;
}

/** The managers of the swarm cannot agree on anything; what runs goes on. Whether something was done has to be looked up afterwards. */
export function noQuorum({ host, address }: Asked, cause?: unknown): ConductorError {
  const docker = dockerByHand(host);
  return new ConductorError({
    code: 'swarm.no-quorum',
    message:
      'The swarm takes no orders: its managers have no leader, because too few of them answer one another, or one was lost a moment ago. What runs goes on, and visitors are served.',
    hint: `Start the other managers again (all of them: ${docker} info), and run this once more; the swarm goes on by itself then. Only when they are lost for good: ${docker} swarm init --force-new-cluster${address && ` --advertise-addr ${address}`}`,
    exit: exitCode.unknown,
    fault: 'platform',
    cause,
  });
}

/** Milliseconds in which managers that are enough have chosen a leader in place of one that was lost. */
const choosing = 15_000;

/** What a manager says of itself and its swarm, once there is a leader, or nobody can expect one any more. */
export async function infoOf(rest: Rest, clock: Clock): Promise<EngineInfo> {
  let info = await rest(operations.info);
  const led = async () => {
    info = await rest(operations.info);
    return isWithoutQuorum(info.Swarm.Error) ? null : true;
  };
  const pace = { first: 1_000, factor: 1, most: 1_000 };
  if (isWithoutQuorum(info.Swarm.Error)) await poll(led, { clock, within: choosing, pace, asked: true });
  return info;
}

/** Asks as `rest` does, and says in our words that the managers have lost one another. */
export const sayingQuorum =
  (rest: Rest, asked: Asked): Rest =>
  async (operation, args) => {
    try {
      return await rest(operation, args);
    } catch (error) {
      if (error instanceof ConductorError && isWithoutQuorum(error.message)) throw noQuorum(asked, error);
      throw error;
    }
  };
