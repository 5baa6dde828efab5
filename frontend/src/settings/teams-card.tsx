import { Button, Modal } from '@mantine/core';
import { IconPlus, IconUsersGroup } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useText } from '../i18n/i18n.ts';
import { Card } from '../records/record-layout.tsx';
import { Blank } from '../ui/blank.tsx';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import { usersQuery } from '../users/users-query.ts';
import classes from './settings.module.css';
import { TeamForm } from './team-form.tsx';
import { type Team, teamsQuery } from './teams-query.ts';

/** The teams, who manages each, and who is in it. */
export function TeamsCard() {
  const { t } = useText();
  const teams = useQuery(teamsQuery);
  const { data: users = [] } = useQuery(usersQuery);
  const [edited, setEdited] = useState<Team | 'new'>();
  const names = (chosen: typeof users) => chosen.map(({ name }) => name).join(', ') || t('teams.nobody');
  return (
    <Card
      title={t('teams.title')}
      aside={
        <Button size="xs" leftSection={<IconPlus size={15} aria-hidden />} onClick={() => setEdited('new')}>
          {t('teams.new')}
        </Button>
      }
    >
      {teams.error && <ProblemPanel error={teams.error} onRetry={() => void teams.refetch()} />}
      {teams.data?.length === 0 && (
        <Blank icon={IconUsersGroup} title={t('teams.empty')} text={t('teams.emptyText')} />
      )}
      <table className={classes.rows}>
        <tbody>
          {teams.data?.map((team) => (
            <tr key={team.id}>
              <th scope="row">
                {team.name}
                <small>
                  {t('teams.managers')}: {names(users.filter(({ id }) => team.managerIds.includes(id)))}
                </small>
                <small>
                  {t('teams.members')}: {names(users.filter(({ teamId }) => teamId === team.id))}
                </small>
              </th>
              <td>
                <Button
                  size="xs"
                  variant="default"
                  aria-label={`${t('teams.edit')}: ${team.name}`}
                  onClick={() => setEdited(team)}
                >
                  {t('teams.edit')}
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Modal
        opened={edited !== undefined}
        onClose={() => setEdited(undefined)}
        title={t(edited === 'new' ? 'teams.new' : 'teams.edit')}
      >
        {edited && (
          <TeamForm
            team={edited === 'new' ? undefined : edited}
            users={users}
            onDone={() => setEdited(undefined)}
          />
        )}
      </Modal>
    </Card>
  );
}
