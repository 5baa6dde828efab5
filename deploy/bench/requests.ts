/** Requests that a plan, a first deploy and a change take on each platform, against its twin. `npm run bench -w deploy` */
import { variables } from '../test/platforms/command-project.ts';
import { answerTime, countRequests, promised } from '../test/platforms/requests.ts';
import { promise } from './promise.ts';

Object.assign(process.env, variables);
for (const [name, most] of Object.entries(promised)) {
  const used = await countRequests(name);
  const how = `against its twin, each answer after ${answerTime / 1_000} s`;
  promise(`${name}: plan`, used.plan, most.plan, 'requests', how);
  promise(`${name}: first deploy`, used.first, most.first, 'requests', how);
  promise(`${name}: change`, used.change, most.change, 'requests', how);
}
