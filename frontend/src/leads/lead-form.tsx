import {
  Alert,
  Button,
  Group,
  Modal,
  NativeSelect,
  Select,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Problem } from '../api/problem.ts';
import { ask } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { draftProblem, MoneyField, moneyDraft } from '../money/money-input.tsx';
import { useMe } from '../session/use-me.ts';
import { organisationQuery } from '../settings/organisation-query.ts';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import { states } from '../ui/states.ts';
import { isUnexplained } from '../ui/unexplained.ts';
import { useOwnerOptions } from '../users/use-owner-options.ts';
import { type Lead, leadSources } from './lead.ts';
import { draftBody, draftProblems, emptyDraft, type LeadDraft } from './lead-draft.ts';
import classes from './lead-form.module.css';

/** Quick add: what is known after a phone call. A duplicate is shown, and may be added all the same. */
export function LeadForm({ opened, onClose }: { opened: boolean; onClose(): void }) {
  const { t } = useText();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('leads.form.title')}
      size="lg"
      classNames={{ title: classes.title }}
    >
      <Fields onDone={onClose} />
    </Modal>
  );
}

function Fields({ onDone }: { onDone(): void }) {
  const { t, locale } = useText();
  const me = useMe();
  const owners = useOwnerOptions();
  const rule = useQuery(organisationQuery).data?.automations.newLead;
  const automatic = me.role !== 'rep' && rule?.on && rule.assign !== 'manual';
  const queryClient = useQueryClient();
  const form = useForm<LeadDraft>({
    mode: 'uncontrolled',
    initialValues: emptyDraft({
      ownerId: me.role === 'rep' ? (me.id ?? '') : '',
      estimate: moneyDraft(null, me.currency, locale),
    }),
    validate: (draft) => {
      const estimate = draftProblem(t, draft.estimate, locale);
      return {
        ...Object.fromEntries(Object.entries(draftProblems(draft)).map(([field, key]) => [field, t(key)])),
        ...(estimate && { estimate }),
      };
    },
  });
  const create = useMutation({
    mutationFn: ({ draft, anyway }: { draft: LeadDraft; anyway: boolean }) =>
      ask('POST /leads', {
        body: draftBody(draft, locale),
        query: { allowDuplicate: anyway || undefined },
      }),
    onSuccess(lead) {
      void queryClient.invalidateQueries({ queryKey: ['lead'] });
      notifications.show({ message: t('leads.created', { name: lead.name }) });
      onDone();
    },
    onError(error) {
      if (error instanceof Problem && error.status === 422) form.setErrors(error.fields);
    },
  });
  const duplicate =
    create.error instanceof Problem && create.error.code === 'duplicate' ? create.error : undefined;
  const unexplained = !duplicate && isUnexplained(create.error, form.getValues());

  return (
    <form onSubmit={form.onSubmit((draft) => create.mutate({ draft, anyway: false }))} noValidate>
      <Stack gap={16}>
        <TextInput
          label={t('leads.form.name')}
          autoComplete="off"
          required
          data-autofocus
          key={form.key('name')}
          {...form.getInputProps('name')}
        />
        <div className={classes.pair}>
          <TextInput
            label={t('leads.form.email')}
            type="email"
            inputMode="email"
            autoComplete="off"
            key={form.key('email')}
            {...form.getInputProps('email')}
          />
          <TextInput
            label={t('leads.form.phone')}
            type="tel"
            inputMode="tel"
            autoComplete="off"
            placeholder="(11) 91234-5678"
            key={form.key('phone')}
            {...form.getInputProps('phone')}
          />
        </div>
        <Text size="sm" c="dimmed" mt={-10}>
          {t('leads.form.hint')}
        </Text>
        <div className={classes.pair}>
          <TextInput
            label={t('leads.form.company')}
            autoComplete="off"
            key={form.key('companyName')}
            {...form.getInputProps('companyName')}
          />
          <TextInput
            label={t('leads.form.jobTitle')}
            autoComplete="off"
            key={form.key('jobTitle')}
            {...form.getInputProps('jobTitle')}
          />
        </div>
        <div className={classes.pair}>
          <TextInput
            label={t('leads.field.city')}
            autoComplete="off"
            key={form.key('city')}
            {...form.getInputProps('city')}
          />
          <NativeSelect
            label={t('fields.state')}
            data={['', ...states]}
            key={form.key('state')}
            {...form.getInputProps('state')}
          />
          <Select
            label={t('leads.form.source')}
            allowDeselect={false}
            data={leadSources.map((value) => ({ value, label: t(`leads.source.${value}`) }))}
            key={form.key('source')}
            {...form.getInputProps('source')}
          />
          <TextInput
            label={t('leads.field.sourceDetails')}
            autoComplete="off"
            maxLength={500}
            key={form.key('sourceDetails')}
            {...form.getInputProps('sourceDetails')}
          />
          <MoneyField
            label={t('leads.field.estimatedValue')}
            key={form.key('estimate')}
            {...form.getInputProps('estimate')}
          />
          <NativeSelect
            label={t('field.owner')}
            data={[{ value: '', label: t(automatic ? 'leads.automaticOwner' : 'users.nobody') }, ...owners]}
            key={form.key('ownerId')}
            {...form.getInputProps('ownerId')}
          />
        </div>
        <Textarea
          label={t('leads.form.message')}
          autosize
          minRows={2}
          maxRows={6}
          key={form.key('message')}
          {...form.getInputProps('message')}
        />
        {duplicate && <Duplicates problem={duplicate} />}
        {unexplained && <ProblemPanel error={create.error!} />}
        <Group justify="flex-end" gap={8} mt={4}>
          <Button variant="default" onClick={onDone}>
            {t('action.cancel')}
          </Button>
          {duplicate ? (
            <Button
              loading={create.isPending}
              onClick={() => create.mutate({ draft: form.getValues(), anyway: true })}
            >
              {t('leads.duplicate.anyway')}
            </Button>
          ) : (
            <Button type="submit" loading={create.isPending}>
              {t('leads.form.submit')}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
}

function Duplicates({ problem }: { problem: Problem }) {
  const { t } = useText();
  const candidates = (problem.body.candidates ?? []) as Pick<Lead, 'id' | 'name' | 'companyName'>[];
  return (
    <Alert color="yellow" title={t('leads.duplicate.title')} role="alert">
      {t('leads.duplicate.text', { count: candidates.length })}
      <ul className={classes.candidates}>
        {candidates.map(({ id, name, companyName }) => (
          <li key={id}>{[name, companyName].filter(Boolean).join(' · ')}</li>
        ))}
      </ul>
    </Alert>
  );
}
