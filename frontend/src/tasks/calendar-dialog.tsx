import { Button, CopyButton, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ask } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import { showProblem } from '../ui/show-problem.ts';

const addressQuery = {
  queryKey: ['calendar', 'address'],
  queryFn: ({ signal }: { signal: AbortSignal }) => ask('GET /tasks/calendar', { signal }),
};

/** The address under which one's calendar program finds one's tasks, to be copied or renewed. */
export default function CalendarDialog({ opened, onClose }: { opened: boolean; onClose(): void }) {
  const { t } = useText();
  return (
    <Modal opened={opened} onClose={onClose} title={t('calendar.title')} size="lg">
      <Address />
    </Modal>
  );
}

function Address() {
  const { t } = useText();
  const queryClient = useQueryClient();
  const address = useQuery(addressQuery);
  const renew = useMutation({
    mutationFn: () => ask('POST /tasks/calendar/renew'),
    onSuccess(renewed) {
      queryClient.setQueryData(addressQuery.queryKey, renewed);
      notifications.show({ message: t('calendar.renewed') });
    },
    onError: showProblem,
  });
  if (address.error) return <ProblemPanel error={address.error} onRetry={() => void address.refetch()} />;
  const url = address.data?.url ?? '';
  return (
    <Stack gap={14}>
      <Text>{t('calendar.text')}</Text>
      <TextInput
        label={t('calendar.address')}
        readOnly
        value={url}
        onFocus={(event) => event.currentTarget.select()}
      />
      <Text size="sm" c="dimmed">
        {t('calendar.secret')}
      </Text>
      <Group justify="space-between" gap={8}>
        <Button variant="default" loading={renew.isPending} onClick={() => renew.mutate()}>
          {t('calendar.renew')}
        </Button>
        <CopyButton value={url}>
          {({ copied, copy }) => (
            <Button disabled={url === ''} onClick={copy}>
              {t(copied ? 'calendar.copied' : 'calendar.copy')}
            </Button>
          )}
        </CopyButton>
      </Group>
    </Stack>
  );
}
