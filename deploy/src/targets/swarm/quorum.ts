import { ConductorError, exitCode } from '../../errors.ts';
import type { Rest } from '../rest.ts';
import { dockerByHand } from './dial.ts';

/** What a manager says that too few others answer it. */
export const isWithoutQuorum = (said: string): boolean =>
  /does not have a leader|too few managers|DeadlineExceeded|context deadline exceeded/i.test(said);

/** The managers of the swarm cannot agree on anything; what runs goes on. Whether something was done has to be looked up afterwards. */
export function noQuorum(host: string, cause?: unknown): ConductorError {
  const docker = dockerByHand(host);
  return new ConductorError({
    code: 'swarm.no-quorum',
    message:
      'The swarm takes no orders: no more than half of its managers answer one another. What runs goes on, and visitors are served.',
    hint: `Start the other managers again (all of them: ${docker} info), and run this once more; the swarm goes on by itself then. Only when they are lost for good: ${docker} swarm init --force-new-cluster`,
    exit: exitCode.unknown,
    fault: 'platform',
    cause,
  });
}

/** Asks as `rest` does, and says in our words that the managers have lost one another. */
export const sayingQuorum =
  (rest: Rest, host: string): Rest =>
  async (operation, args) => {
    try {
      return await rest(operation, args);
    } catch (error) {
      if (error instanceof ConductorError && isWithoutQuorum(error.message)) throw noQuorum(host, error);
      throw error;
    }
  };
