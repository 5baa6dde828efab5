import { byHand, type Check, ok } from './check.ts';
import { isPublic, listenersIn } from './listening.ts';

/** What of Docker listens for a container. */
const docker = ['docker-proxy', 'dockerd'];

export const ports: Check = ({ facts, wanted: { ports: needed } }) => {
  if (needed.length === 0) return null;
  const listed = needed.join(' and ');
  if (facts.edge) return ok(`Ports ${listed} are held by the edge`);
  const taken = listenersIn(facts.listening).filter((one) => needed.includes(one.port) && isPublic(one));
  if (taken.length === 0) return ok(`Ports ${listed} are free`);
  const [first] = taken;
  const program = first!.program;
  const held = [...new Set(taken.map((one) => one.port))];
  return byHand(
    'failure',
    `Port${held.length > 1 ? 's' : ''} ${held.join(' and ')} ${held.length > 1 ? 'are' : 'is'} held by ${program || 'another program'}, and the edge needs ${held.length > 1 ? 'them' : 'it'}`,
    docker.includes(program)
      ? `Look which container it is, and end it: docker ps --filter publish=${first!.port}`
      : program === ''
        ? `Look which program it is, and end it: ss -ltnp 'sport = :${first!.port}'`
        : `If nobody needs it: systemctl disable --now ${program}`,
  );
};
