import { Button, Group, Modal, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { ask } from '../api/request.ts';
import { CompanyPicker } from '../companies/company-picker.tsx';
import { useText } from '../i18n/i18n.ts';
import { draftCents, draftProblem, MoneyInput, moneyDraft } from '../money/money-input.tsx';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import type { Lead } from './lead.ts';

interface Props {
  lead: Lead;
  opened: boolean;
  onClose(): void;
}

/** Makes a contact, a company and a deal of a lead. */
export function ConvertDialog({ lead, opened, onClose }: Props) {
  const { t } = useText();
  return (
    <Modal opened={opened} onClose={onClose} title={t('convert.title', { name: lead.name })} size="lg">
      <Fields lead={lead} onClose={onClose} />
    </Modal>
  );
}

function Fields({ lead, onClose }: Omit<Props, 'opened'>) {
  const { t, locale } = useText();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const form = useForm({
    initialValues: {
      existing: null as string | null,
      companyName: lead.companyName ?? '',
      withDeal: true,
      title: lead.companyName ?? lead.name,
      amount: moneyDraft(lead.estimatedValueCents, lead.currency, locale),
    },
    validate: {
      title: (title, { withDeal }) =>
        withDeal && title.trim().length < 3 ? t('deals.form.titleShort') : null,
      amount: (draft, { withDeal }) => (withDeal ? draftProblem(t, draft, locale) : null),
    },
  });
  const convert = useMutation({
    mutationFn: (values: typeof form.values) => {
      const name = values.companyName.trim();
      const company = values.existing ? { id: values.existing } : name ? { name } : null;
      const deal = values.withDeal
        ? {
            title: values.title.trim(),
            amountCents: draftCents(values.amount, locale) ?? 0,
            currency: values.amount.currency,
          }
        : null;
      return ask('POST /leads/{id}/convert', {
        path: { id: lead.id },
        version: lead.version,
        body: { company, deal },
      });
    },
    onSuccess(result) {
      for (const entity of ['lead', 'contact', 'company', 'deal', 'activity', 'dashboard'])
        void queryClient.invalidateQueries({ queryKey: [entity] });
      notifications.show({ message: t('convert.done', { name: lead.name }) });
      onClose();
      if (result.deal) void navigate({ to: '/deals/$dealId', params: { dealId: result.deal.id } });
      else void navigate({ to: '/contacts/$contactId', params: { contactId: result.contactId } });
    },
  });
  const { companyName, existing, withDeal } = form.values;
  return (
    <form onSubmit={form.onSubmit((values) => convert.mutate(values))} noValidate>
      <Stack gap={16}>
        <Text c="dimmed">{t('convert.text')}</Text>
        <TextInput
          label={t('convert.company')}
          disabled={existing !== null}
          value={companyName}
          onChange={(event) => form.setFieldValue('companyName', event.currentTarget.value)}
        />
        <CompanyPicker label={t('convert.company.existing')} {...form.getInputProps('existing')} />
        <Switch label={t('convert.withDeal')} {...form.getInputProps('withDeal', { type: 'checkbox' })} />
        {withDeal && (
          <>
            <TextInput label={t('deals.field.title')} required {...form.getInputProps('title')} />
            <MoneyInput
              label={t('deals.field.amount')}
              value={form.values.amount}
              onChange={(amount) => form.setFieldValue('amount', amount)}
              error={form.errors.amount}
            />
          </>
        )}
        {convert.error && <ProblemPanel error={convert.error} />}
        <Group justify="flex-end" gap={8}>
          <Button variant="default" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button type="submit" loading={convert.isPending}>
            {t('convert.submit')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
