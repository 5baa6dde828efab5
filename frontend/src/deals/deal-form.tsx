import { Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Problem } from '../api/problem.ts';
import { ask } from '../api/request.ts';
import { CompanyPicker } from '../companies/company-picker.tsx';
import { useText } from '../i18n/i18n.ts';
import { type LeadSource, leadSources } from '../leads/lead.ts';
import { draftCents, draftProblem, MoneyInput, moneyDraft } from '../money/money-input.tsx';
import { useMe } from '../session/use-me.ts';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import { isUnexplained } from '../ui/unexplained.ts';
import { stageToBeginIn } from './board.ts';
import { type Pipeline, pipelinesQuery } from './deals-query.ts';

interface Props {
  opened: boolean;
  pipelineId: string | undefined;
  /** The stage to begin in; the first open one unless given. */
  stageId: string | undefined;
  onClose(): void;
}

export function DealForm(props: Props) {
  const { t } = useText();
  const pipeline = useQuery(pipelinesQuery).data?.find(({ id }) => id === props.pipelineId);
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={t('deals.new')} size="lg">
      {pipeline && <Fields key={pipeline.id} {...props} pipeline={pipeline} />}
    </Modal>
  );
}

function Fields({ pipeline, stageId, onClose }: Props & { pipeline: Pipeline }) {
  const { t, locale } = useText();
  const me = useMe();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const { choices, first } = stageToBeginIn(pipeline.stages, stageId);
  const form = useForm({
    initialValues: {
      title: '',
      amount: moneyDraft(null, me.currency, locale),
      companyId: null as string | null,
      source: null as LeadSource | null,
      stageId: first,
      expectedCloseOn: '',
    },
    validate: {
      title: (title) => (title.trim().length < 3 ? t('deals.form.titleShort') : null),
      amount: (draft) => draftProblem(t, draft, locale),
    },
  });
  const create = useMutation({
    mutationFn: (values: typeof form.values) =>
      ask('POST /deals', {
        body: {
          title: values.title.trim(),
          pipelineId: pipeline.id,
          stageId: values.stageId,
          amountCents: draftCents(values.amount, locale) ?? 0,
          currency: values.amount.currency,
          source: values.source,
          ...(values.companyId && { companyId: values.companyId }),
          ...(values.expectedCloseOn && { expectedCloseOn: values.expectedCloseOn }),
        },
      }),
    onSuccess(deal) {
      void queryClient.invalidateQueries({ queryKey: ['deal'] });
      onClose();
      void navigate({ to: '/deals/$dealId', params: { dealId: deal.id } });
    },
    onError(error) {
      if (error instanceof Problem) form.setErrors(error.fields);
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => create.mutate(values))} noValidate>
      <Stack gap={16}>
        <TextInput
          label={t('deals.field.title')}
          placeholder={t('deals.form.titleExample')}
          required
          data-autofocus
          maxLength={200}
          {...form.getInputProps('title')}
        />
        <CompanyPicker label={t('deals.field.company')} {...form.getInputProps('companyId')} />
        <MoneyInput
          label={t('deals.field.amount')}
          value={form.values.amount}
          onChange={(amount) => form.setFieldValue('amount', amount)}
          error={form.errors.amount}
        />
        <Select
          label={t('deals.field.stage')}
          allowDeselect={false}
          data={choices.map(({ id, name }) => ({ value: id, label: name }))}
          {...form.getInputProps('stageId')}
        />
        <Select
          label={t('leads.column.source')}
          clearable
          data={leadSources.map((value) => ({ value, label: t(`leads.source.${value}`) }))}
          {...form.getInputProps('source')}
        />
        <TextInput
          type="date"
          label={t('deals.field.expectedCloseOn')}
          {...form.getInputProps('expectedCloseOn')}
        />
        {isUnexplained(create.error, form.getValues()) && <ProblemPanel error={create.error!} />}
        <Group justify="flex-end" gap={8}>
          <Button variant="default" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button type="submit" loading={create.isPending}>
            {t('deals.form.submit')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
