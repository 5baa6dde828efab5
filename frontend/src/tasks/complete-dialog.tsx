import { Button, Group, Modal, NativeSelect, Stack, Switch, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useText } from '../i18n/i18n.ts';
import { defaultDue } from './due.ts';
import classes from './tasks.module.css';
import { type Task, taskKinds } from './tasks-query.ts';
import type { useComplete } from './use-complete.ts';

interface Props {
  task: Task;
  opened: boolean;
  complete: ReturnType<typeof useComplete>;
  onClose(): void;
}

/** Ends a task that belongs to something: what came of it, and what is to be done next, so that nothing is left lying. */
export function CompleteDialog({ task, opened, complete, onClose }: Props) {
  const { t } = useText();
  return (
    <Modal opened={opened} onClose={onClose} title={t('tasks.complete', { title: task.title })} size="lg">
      <Fields task={task} complete={complete} onClose={onClose} />
    </Modal>
  );
}

function Fields({ task, complete, onClose }: Omit<Props, 'opened'>) {
  const { t } = useText();
  const form = useForm({
    initialValues: { outcome: '', plan: true, title: '', kind: task.kind, dueAt: defaultDue() },
    validate: {
      title: (title, { plan }) => (plan && title.trim() === '' ? t('tasks.next.missing') : null),
      dueAt: (due, { plan }) => (plan && due === '' ? t('tasks.form.dueMissing') : null),
    },
  });
  const submit = form.onSubmit(async ({ outcome, plan, title, kind, dueAt }) => {
    await complete.mutateAsync({
      outcome: outcome.trim() || null,
      ...(plan && { next: { title: title.trim(), kind, dueAt: new Date(dueAt).toISOString() } }),
    });
    onClose();
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap={14}>
        <Textarea
          label={t('tasks.outcome')}
          data-autofocus
          autosize
          minRows={2}
          maxLength={500}
          {...form.getInputProps('outcome')}
        />
        <Switch label={t('tasks.next')} {...form.getInputProps('plan', { type: 'checkbox' })} />
        {form.values.plan && (
          <>
            <TextInput
              label={t('tasks.next.title')}
              required
              maxLength={200}
              {...form.getInputProps('title')}
            />
            <div className={classes.pair}>
              <TextInput
                type="datetime-local"
                label={t('tasks.form.due')}
                required
                {...form.getInputProps('dueAt')}
              />
              <NativeSelect
                label={t('tasks.form.kind')}
                data={taskKinds.map((value) => ({ value, label: t(`tasks.kind.${value}`) }))}
                {...form.getInputProps('kind')}
              />
            </div>
          </>
        )}
        <Group justify="flex-end" gap={8}>
          <Button variant="default" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button type="submit" loading={complete.isPending}>
            {t(form.values.plan ? 'tasks.completeAndPlan' : 'tasks.completeOnly')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
