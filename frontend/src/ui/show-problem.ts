import { notifications } from '@mantine/notifications';
import { Problem } from '../api/problem.ts';
import { translate } from '../i18n/i18n.ts';

/** Says in a corner of the screen what failed, for actions that have no place of their own to say it. */
export function showProblem(error: unknown): void {
  const problem = error instanceof Problem ? error : undefined;
  const offline = problem?.status === 0;
  notifications.show({
    color: 'red',
    autoClose: 8000,
    title: offline ? translate('problem.title') : (problem?.body.title ?? translate('problem.title')),
    message: offline ? translate('problem.offline') : (problem?.body.detail ?? ''),
  });
}
