import { ActionIcon, Button, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconUserCheck, IconX } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ask, type Body } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { useMe } from '../session/use-me.ts';
import { showProblem } from '../ui/show-problem.ts';
import { useOwnerOptions } from '../users/use-owner-options.ts';
import classes from './assign-bar.module.css';

type Wish = Body<'POST /leads/assign'>;
/** So many leads the API assigns at once. */
const mostAtOnce = 100;

/** What can be done with the leads that are chosen: given to somebody, or to several in turn. */
export function AssignBar({ chosen, onDone }: { chosen: ReadonlySet<string>; onDone(): void }) {
  const { t } = useText();
  const me = useMe();
  const owners = useOwnerOptions();
  const queryClient = useQueryClient();
  const assign = useMutation({
    async mutationFn(to: { ownerId: string | null } | { way: 'round_robin' | 'least_loaded' }) {
      const ids = [...chosen];
      let [assigned, refused] = [0, 0];
      for (let at = 0; at < ids.length; at += mostAtOnce) {
        const body: Wish = { ids: ids.slice(at, at + mostAtOnce), ...to };
        const answer = await ask('POST /leads/assign', { body });
        assigned += answer.assigned;
        refused += answer.refused.length;
      }
      return { assigned, refused };
    },
    onSuccess({ assigned, refused }) {
      void queryClient.invalidateQueries({ queryKey: ['lead'] });
      notifications.show({
        message: [
          t('leads.assigned', { count: assigned }),
          ...(refused > 0 ? [t('leads.assignRefused', { count: refused })] : []),
        ].join(' '),
        ...(refused > 0 && { color: 'yellow' }),
      });
      onDone();
    },
    onError: showProblem,
  });
  if (chosen.size === 0) return null;
  return (
    <section className={classes.bar} aria-label={t('list.chosen', { count: chosen.size })}>
      <strong>{t('list.chosen', { count: chosen.size })}</strong>
      <Menu position="top-end" width={260}>
        <Menu.Target>
          <Button
            size="sm"
            leftSection={<IconUserCheck size={16} stroke={1.7} aria-hidden />}
            loading={assign.isPending}
          >
            {t('leads.assign')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown mah={360} style={{ overflowY: 'auto' }}>
          {owners.map(({ value, label }) => (
            <Menu.Item key={value} onClick={() => assign.mutate({ ownerId: value })}>
              {label}
            </Menu.Item>
          ))}
          <Menu.Item onClick={() => assign.mutate({ ownerId: null })}>{t('users.nobody')}</Menu.Item>
          {me.role !== 'rep' && (
            <>
              <Menu.Divider />
              {(['round_robin', 'least_loaded'] as const).map((way) => (
                <Menu.Item key={way} onClick={() => assign.mutate({ way })}>
                  {t(`automation.assign.${way}`)}
                </Menu.Item>
              ))}
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      <ActionIcon variant="subtle" color="gray" aria-label={t('list.chooseNone')} onClick={onDone}>
        <IconX size={17} stroke={1.7} />
      </ActionIcon>
    </section>
  );
}
