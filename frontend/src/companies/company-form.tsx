import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Problem } from '../api/problem.ts';
import { ask } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import { isUnexplained } from '../ui/unexplained.ts';

const fields = ['name', 'cnpj', 'domain', 'website', 'industry'] as const;

export function CompanyForm({ opened, onClose }: { opened: boolean; onClose(): void }) {
  const { t } = useText();
  return (
    <Modal opened={opened} onClose={onClose} title={t('companies.new')} size="lg">
      <Fields onClose={onClose} />
    </Modal>
  );
}

function Fields({ onClose }: { onClose(): void }) {
  const { t } = useText();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const form = useForm({
    initialValues: { name: '', cnpj: '', domain: '', website: '', industry: '' },
    validate: { name: (name) => (name.trim().length < 2 ? t('companies.form.nameShort') : null) },
  });
  const create = useMutation({
    mutationFn: ({ name, ...optional }: typeof form.values) => {
      const filled = Object.entries(optional).filter(([, text]) => text.trim() !== '');
      return ask('POST /companies', {
        body: {
          name: name.trim(),
          ...Object.fromEntries(filled.map(([field, text]) => [field, text.trim()])),
        },
      });
    },
    onSuccess(company) {
      void queryClient.invalidateQueries({ queryKey: ['company'] });
      onClose();
      void navigate({ to: '/companies/$companyId', params: { companyId: company.id } });
    },
    onError(error) {
      if (error instanceof Problem) form.setErrors(error.fields);
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => create.mutate(values))} noValidate>
      <Stack gap={16}>
        {fields.map((field) => (
          <TextInput
            key={field}
            label={t(`companies.field.${field}`)}
            required={field === 'name'}
            data-autofocus={field === 'name' || undefined}
            autoComplete="off"
            {...form.getInputProps(field)}
          />
        ))}
        {isUnexplained(create.error, form.getValues()) && <ProblemPanel error={create.error!} />}
        <Group justify="flex-end" gap={8}>
          <Button variant="default" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button type="submit" loading={create.isPending}>
            {t('action.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
