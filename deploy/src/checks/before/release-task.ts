import { type Check, failure, good, warning } from '../check.ts';

export const releaseTask: Check = {
  id: 'release-task',
  title: 'The release task is known',
  section: 'Data',
  about:
    'The project says what runs once before new code serves (indexes, migrations), for a service that exists, and the target can run it. A project with a database and no release task gets a warning; a target that cannot run it is a failure.',
  applies: ({ task, stores }) =>
    task || stores.some(({ kind }) => kind === 'mongodb')
      ? true
      : 'the project has no database and no release task',
  async run({ task, services, target }) {
    if (!task) {
      return warning(
        'Nothing runs before new code serves, so nothing makes indexes or runs migrations.',
        'Give `release` in conductor.config.ts.',
      );
    }
    if (!target.traits.releaseTask)
      return failure(
        `${target.name} cannot run a release task.`,
        'Choose another target, or run it in the start command.',
      );
    if (!services.some(({ name }) => name === task.service)) {
      return failure(
        `It belongs to ${task.service}, which is not a service.`,
        'Correct `release.service` in conductor.config.ts.',
      );
    }
    return good(`${task.command.join(' ')} (${task.service})`);
  },
};
