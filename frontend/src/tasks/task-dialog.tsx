import { Modal } from '@mantine/core';
import { useText } from '../i18n/i18n.ts';
import type { RecordLink } from '../timeline/timeline-query.ts';
import { TaskFields } from './task-form.tsx';
import type { Task } from './tasks-query.ts';

interface Props {
  opened: boolean;
  task?: Task;
  link?: RecordLink;
  onClose(): void;
}

/** The form of a task, over whatever screen it was asked for on. */
export function TaskDialog({ opened, onClose, ...fields }: Props) {
  const { t } = useText();
  return (
    <Modal opened={opened} onClose={onClose} title={t(fields.task ? 'tasks.edit' : 'tasks.new')} size="lg">
      <TaskFields {...fields} onDone={onClose} />
    </Modal>
  );
}
