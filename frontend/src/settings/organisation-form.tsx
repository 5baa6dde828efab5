import { Button, Group, Stack } from '@mantine/core';
import { type UseFormReturnType, useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Problem } from '../api/problem.ts';
import { ask, type Body } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { RecordStates } from '../records/record-states.tsx';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import { type Organisation, organisationQuery } from './organisation-query.ts';

interface Props<Values> {
  /** What the form begins with. */
  values(org: Organisation): Values;
  /** What is changed by what was entered. */
  body(values: Values, org: Organisation): Body<'PATCH /settings'>;
  children(form: UseFormReturnType<Values>, org: Organisation): ReactNode;
}

/** One part of what an administrator decides for everybody, with its own button to save. */
export function OrganisationForm<Values extends Record<string, unknown>>(props: Props<Values>) {
  const settings = useQuery(organisationQuery);
  return (
    <RecordStates query={settings}>{(org) => <Fields key={org.version} org={org} {...props} />}</RecordStates>
  );
}

function Fields<Values extends Record<string, unknown>>({
  org,
  values,
  body,
  children,
}: Props<Values> & { org: Organisation }) {
  const { t } = useText();
  const queryClient = useQueryClient();
  const form = useForm<Values>({ initialValues: values(org) });
  const save = useMutation({
    mutationFn: (entered: Values) =>
      ask('PATCH /settings', { version: org.version, body: body(entered, org) }),
    onSuccess(changed) {
      queryClient.setQueryData(organisationQuery.queryKey, changed);
      void queryClient.invalidateQueries({ queryKey: ['ai'] });
      notifications.show({ message: t('settings.saved') });
    },
    onError(error) {
      if (error instanceof Problem) form.setErrors(error.fields);
    },
  });
  return (
    <form onSubmit={form.onSubmit((entered) => save.mutate(entered as Values))}>
      <Stack gap={14}>
        {children(form, org)}
        {save.error && <ProblemPanel error={save.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={save.isPending}>
            {t('action.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
