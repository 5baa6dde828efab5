import { Button, Group, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Problem } from '../api/problem.ts';
import { ask } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { useMe } from '../session/use-me.ts';
import type { RecordLink } from '../timeline/timeline-query.ts';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import { isUnexplained } from '../ui/unexplained.ts';
import { useUsers } from '../users/users-query.ts';
import { defaultDue } from './due.ts';
import classes from './tasks.module.css';
import { taskKinds, taskPriorities } from './tasks-query.ts';

/** A new task, for oneself unless another person is chosen. */
export function TaskFields({ link, onDone }: { link?: RecordLink; onDone(): void }) {
  const { t } = useText();
  const me = useMe();
  const users = useUsers();
  const queryClient = useQueryClient();
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: {
      title: '',
      kind: 'follow_up',
      priority: 'normal',
      dueAt: defaultDue(),
      assigneeId: me.id ?? '',
    },
    validate: { title: (title) => (title.trim() === '' ? t('tasks.form.titleMissing') : null) },
  });
  const create = useMutation({
    mutationFn: (values: typeof form.values) =>
      ask('POST /tasks', {
        body: {
          title: values.title.trim(),
          kind: values.kind as (typeof taskKinds)[number],
          priority: values.priority as (typeof taskPriorities)[number],
          dueAt: new Date(values.dueAt).toISOString(),
          ...(values.assigneeId && { assigneeId: values.assigneeId }),
          links: link ? [link] : [],
        },
      }),
    onSuccess() {
      for (const entity of ['task', 'activity', 'dashboard', link?.entity])
        if (entity) void queryClient.invalidateQueries({ queryKey: [entity] });
      form.reset();
      onDone();
    },
    onError(error) {
      if (error instanceof Problem) form.setErrors(error.fields);
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => create.mutate(values))} noValidate>
      <Stack gap={14}>
        <TextInput
          label={t('tasks.form.title')}
          data-autofocus
          required
          maxLength={200}
          key={form.key('title')}
          {...form.getInputProps('title')}
        />
        <div className={classes.pair}>
          <TextInput
            type="datetime-local"
            label={t('tasks.form.due')}
            required
            key={form.key('dueAt')}
            {...form.getInputProps('dueAt')}
          />
          <Select
            label={t('tasks.form.kind')}
            allowDeselect={false}
            data={taskKinds.map((value) => ({ value, label: t(`tasks.kind.${value}`) }))}
            key={form.key('kind')}
            {...form.getInputProps('kind')}
          />
          <Select
            label={t('tasks.form.priority')}
            allowDeselect={false}
            data={taskPriorities.map((value) => ({ value, label: t(`tasks.priority.${value}`) }))}
            key={form.key('priority')}
            {...form.getInputProps('priority')}
          />
          <Select
            label={t('tasks.form.assignee')}
            allowDeselect={false}
            data={users.options}
            key={form.key('assigneeId')}
            {...form.getInputProps('assigneeId')}
          />
        </div>
        {isUnexplained(create.error, form.getValues()) && <ProblemPanel error={create.error!} />}
        <Group justify="flex-end">
          <Button type="submit" loading={create.isPending}>
            {t('tasks.form.submit')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
