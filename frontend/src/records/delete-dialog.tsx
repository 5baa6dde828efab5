import { Button, Group, Modal, Text } from '@mantine/core';
import { useText } from '../i18n/i18n.ts';

interface Props {
  name: string;
  opened: boolean;
  busy: boolean;
  onClose(): void;
  onConfirm(): void;
}

export function DeleteDialog({ name, opened, busy, onClose, onConfirm }: Props) {
  const { t } = useText();
  return (
    <Modal opened={opened} onClose={onClose} title={t('record.delete.title', { name })}>
      <Text c="dimmed">{t('record.delete.text')}</Text>
      <Group justify="flex-end" gap={8} mt={24}>
        <Button variant="default" onClick={onClose} data-autofocus>
          {t('action.cancel')}
        </Button>
        <Button color="red.9" loading={busy} onClick={onConfirm}>
          {t('record.delete')}
        </Button>
      </Group>
    </Modal>
  );
}
