import { Button, Group, NativeSelect, Stack, Switch, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { Problem } from '../api/problem.ts';
import { ask } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { RecordPicker } from '../records/record-picker.tsx';
import { useMe } from '../session/use-me.ts';
import type { RecordLink } from '../timeline/timeline-query.ts';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import { isUnexplained } from '../ui/unexplained.ts';
import { useOwnerOptions } from '../users/use-owner-options.ts';
import { durationText } from './duration-text.ts';
import { draftOf, durations, newTask, reminders, type TaskDraft, taskBody } from './task-draft.ts';
import classes from './tasks.module.css';
import { type Task, taskKinds, taskPriorities } from './tasks-query.ts';
import { useRefreshTasks } from './use-refresh-tasks.ts';

interface Props {
  /** The task to be changed; a new one without. */
  task?: Task;
  /** What a new one belongs to. */
  link?: RecordLink;
  onDone(): void;
}

/** A new task, for oneself unless another person is chosen, or one that is there already. */
export function TaskFields({ task, link, onDone }: Props) {
  const { t } = useText();
  const me = useMe();
  const people = useOwnerOptions();
  const refresh = useRefreshTasks();
  const form = useForm<TaskDraft>({
    initialValues: task ? draftOf(task) : newTask(me.id, link ? [link] : []),
    validate: {
      title: (title) => (title.trim() === '' ? t('tasks.form.titleMissing') : null),
      dueAt: (due) => (due === '' ? t('tasks.form.dueMissing') : null),
    },
  });
  const save = useMutation({
    mutationFn: (draft: TaskDraft) =>
      task
        ? ask('PATCH /tasks/{id}', { path: { id: task.id }, version: task.version, body: taskBody(draft) })
        : ask('POST /tasks', { body: taskBody(draft) }),
    onSuccess() {
      refresh();
      form.reset();
      onDone();
    },
    onError(error) {
      if (error instanceof Problem) form.setErrors(error.fields);
    },
  });
  const { allDay, dueAt } = form.values;
  return (
    <form onSubmit={form.onSubmit((draft) => save.mutate(draft))} noValidate>
      <Stack gap={14}>
        <TextInput
          label={t('tasks.form.title')}
          data-autofocus
          required
          maxLength={200}
          {...form.getInputProps('title')}
        />
        <div className={classes.pair}>
          <TextInput
            type={allDay ? 'date' : 'datetime-local'}
            label={t('tasks.form.due')}
            required
            error={form.errors.dueAt}
            value={allDay ? dueAt.slice(0, 10) : dueAt}
            onChange={({ currentTarget: { value } }) =>
              // The time stays for when the task is not of a whole day after all.
              form.setFieldValue('dueAt', allDay && value ? `${value}T${dueAt.slice(11) || '09:00'}` : value)
            }
          />
          <NativeSelect
            label={t('tasks.form.duration')}
            disabled={allDay}
            data={[
              { value: '', label: '—' },
              ...withOwn(durations, form.values.durationMin).map((minutes) => ({
                value: String(minutes),
                label: durationText(t, minutes),
              })),
            ]}
            {...form.getInputProps('durationMin')}
          />
        </div>
        <Switch label={t('tasks.form.allDay')} {...form.getInputProps('allDay', { type: 'checkbox' })} />
        <div className={classes.pair}>
          <NativeSelect
            label={t('tasks.form.kind')}
            data={taskKinds.map((value) => ({ value, label: t(`tasks.kind.${value}`) }))}
            {...form.getInputProps('kind')}
          />
          <NativeSelect
            label={t('tasks.form.priority')}
            data={taskPriorities.map((value) => ({ value, label: t(`tasks.priority.${value}`) }))}
            {...form.getInputProps('priority')}
          />
          <NativeSelect
            label={t('tasks.form.reminder')}
            data={[
              { value: '', label: t('tasks.reminder.none') },
              ...withOwn(reminders, form.values.reminderMin).map((minutes) => ({
                value: String(minutes),
                label:
                  minutes === 0
                    ? t('tasks.reminder.atOnce')
                    : t('tasks.reminder.before', { time: durationText(t, minutes) }),
              })),
            ]}
            {...form.getInputProps('reminderMin')}
          />
          <NativeSelect
            label={t('tasks.form.assignee')}
            data={[{ value: '', label: t('users.nobody') }, ...people]}
            {...form.getInputProps('assigneeId')}
          />
        </div>
        <RecordPicker
          label={t('tasks.form.links')}
          value={form.values.links}
          onChange={(links) => form.setFieldValue('links', links)}
        />
        <Textarea
          label={t('tasks.form.note')}
          autosize
          minRows={2}
          maxRows={8}
          maxLength={5000}
          {...form.getInputProps('note')}
        />
        {isUnexplained(save.error, form.values) && <ProblemPanel error={save.error!} />}
        <Group justify="flex-end">
          <Button type="submit" loading={save.isPending}>
            {t(task ? 'action.save' : 'tasks.form.submit')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** The usual choices, and what somebody chose elsewhere that is none of them. */
const withOwn = (usual: readonly number[], own: string): number[] =>
  own === '' || usual.includes(Number(own)) ? [...usual] : [...usual, Number(own)].sort((a, b) => a - b);
