import { Button, Group, NumberInput, Select, Stack, Switch, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Problem } from '../api/problem.ts';
import { ask } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { Card } from '../records/record-layout.tsx';
import { RecordStates } from '../records/record-states.tsx';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import { type Organisation, organisationQuery } from './organisation-query.ts';

/** What an administrator decides for everybody. */
export function OrganisationSection() {
  const settings = useQuery(organisationQuery);
  return <RecordStates query={settings}>{(org) => <Fields key={org.version} org={org} />}</RecordStates>;
}

function Fields({ org }: { org: Organisation }) {
  const { t } = useText();
  const queryClient = useQueryClient();
  const form = useForm({
    initialValues: {
      name: org.name,
      repVisibility: org.repVisibility as string,
      aiEnabled: org.ai.enabled,
      budget: org.ai.monthlyBudgetCents / 100,
      trackOpens: org.email.trackOpens,
      trackClicks: org.email.trackClicks,
      automations: org.automations,
    },
  });
  const save = useMutation({
    mutationFn: (values: typeof form.values) =>
      ask('PATCH /settings', {
        version: org.version,
        body: {
          name: values.name.trim(),
          repVisibility: values.repVisibility as Organisation['repVisibility'],
          ai: { enabled: values.aiEnabled, monthlyBudgetCents: Math.round(values.budget * 100) },
          email: { ...org.email, trackOpens: values.trackOpens, trackClicks: values.trackClicks },
          automations: values.automations,
        },
      }),
    onSuccess(changed) {
      queryClient.setQueryData(['org'], changed);
      notifications.show({ message: t('settings.saved') });
    },
    onError(error) {
      if (error instanceof Problem) form.setErrors(error.fields);
    },
  });
  const toggle = (path: string) => form.getInputProps(path, { type: 'checkbox' });
  return (
    <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
      <Stack gap={16}>
        <Card title={t('settings.organisation')}>
          <Stack gap={14}>
            <TextInput label={t('org.name')} required {...form.getInputProps('name')} />
            <Select
              label={t('org.repVisibility')}
              allowDeselect={false}
              data={(['all', 'own'] as const).map((value) => ({
                value,
                label: t(`org.repVisibility.${value}`),
              }))}
              {...form.getInputProps('repVisibility')}
            />
          </Stack>
        </Card>
        <Card title={t('org.ai')}>
          <Stack gap={14}>
            <Switch label={t('org.ai.enabled')} {...toggle('aiEnabled')} />
            <NumberInput label={t('org.ai.budget')} min={0} hideControls {...form.getInputProps('budget')} />
          </Stack>
        </Card>
        <Card title={t('org.email')}>
          <Stack gap={10}>
            <Switch label={t('org.email.trackOpens')} {...toggle('trackOpens')} />
            <Switch label={t('org.email.trackClicks')} {...toggle('trackClicks')} />
          </Stack>
        </Card>
        <Card title={t('org.automations')}>
          <Stack gap={12}>
            <Switch label={t('org.automation.newLead')} {...toggle('automations.newLead.on')} />
            <Group justify="space-between">
              <Switch label={t('org.automation.idleDeal')} {...toggle('automations.idleDeal.on')} />
              <Days
                {...form.getInputProps('automations.idleDeal.days')}
                name={t('org.automation.idleDeal')}
              />
            </Group>
            <Switch label={t('org.automation.dealWon')} {...toggle('automations.dealWon.on')} />
            <Group justify="space-between">
              <Switch label={t('org.automation.noReply')} {...toggle('automations.noReply.on')} />
              <Days {...form.getInputProps('automations.noReply.days')} name={t('org.automation.noReply')} />
            </Group>
          </Stack>
        </Card>
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

function Days({
  name,
  ...input
}: {
  name: string;
  value?: number;
  onChange?: (value: number | string) => void;
}) {
  const { t } = useText();
  return (
    <NumberInput
      {...input}
      aria-label={`${name}: ${t('org.days')}`}
      suffix={` ${t('org.days')}`}
      w={110}
      size="xs"
      min={1}
      max={60}
    />
  );
}
