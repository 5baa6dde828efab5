import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Problem } from '../api/problem.ts';
import { ask } from '../api/request.ts';
import { CompanyPicker } from '../companies/company-picker.tsx';
import { useText } from '../i18n/i18n.ts';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import { isUnexplained } from '../ui/unexplained.ts';

interface Props {
  opened: boolean;
  companyId?: string;
  onClose(): void;
}

export function ContactForm({ opened, companyId, onClose }: Props) {
  const { t } = useText();
  return (
    <Modal opened={opened} onClose={onClose} title={t('contacts.new')} size="lg">
      <Fields companyId={companyId} onClose={onClose} />
    </Modal>
  );
}

function Fields({ companyId, onClose }: Omit<Props, 'opened'>) {
  const { t } = useText();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const form = useForm({
    initialValues: {
      firstName: '',
      lastName: '',
      email: '',
      phone: '',
      jobTitle: '',
      companyId: (companyId ?? null) as string | null,
    },
    validate: { firstName: (name) => (name.trim() === '' ? t('contacts.form.nameMissing') : null) },
  });
  const create = useMutation({
    mutationFn: ({ email, phone, ...values }: typeof form.values) =>
      ask('POST /contacts', {
        body: {
          firstName: values.firstName.trim(),
          ...(values.lastName.trim() && { lastName: values.lastName.trim() }),
          ...(values.jobTitle.trim() && { jobTitle: values.jobTitle.trim() }),
          ...(values.companyId && { companyId: values.companyId }),
          ...(email.trim() && { emails: [{ value: email.trim(), type: 'work' as const, primary: true }] }),
          ...(phone.trim() && { phones: [{ e164: phone.trim(), type: 'mobile' as const, whatsapp: true }] }),
        },
      }),
    onSuccess(contact) {
      void queryClient.invalidateQueries({ queryKey: ['contact'] });
      onClose();
      void navigate({ to: '/contacts/$contactId', params: { contactId: contact.id } });
    },
    onError(error) {
      if (error instanceof Problem) {
        const { 'emails.0.value': email, 'phones.0.e164': phone, ...fields } = error.fields;
        form.setErrors({ ...fields, ...(email && { email }), ...(phone && { phone }) });
      }
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => create.mutate(values))} noValidate>
      <Stack gap={16}>
        <Group grow gap={16}>
          <TextInput
            label={t('contacts.field.firstName')}
            required
            data-autofocus
            {...form.getInputProps('firstName')}
          />
          <TextInput label={t('contacts.field.lastName')} {...form.getInputProps('lastName')} />
        </Group>
        <TextInput type="email" label={t('leads.field.email')} {...form.getInputProps('email')} />
        <TextInput type="tel" label={t('leads.form.phone')} {...form.getInputProps('phone')} />
        <TextInput label={t('leads.field.jobTitle')} {...form.getInputProps('jobTitle')} />
        <CompanyPicker label={t('leads.field.companyName')} {...form.getInputProps('companyId')} />
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
