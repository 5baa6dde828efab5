import { Button, Group, MultiSelect, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Problem } from '../api/problem.ts';
import { ask } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import { showProblem } from '../ui/show-problem.ts';
import { isUnexplained } from '../ui/unexplained.ts';
import type { User } from '../users/users-query.ts';
import type { Team } from './teams-query.ts';

interface Props {
  /** A new one unless given. */
  team: Team | undefined;
  users: User[];
  onDone(): void;
}

/** A team: its name, who manages it, who is in it. Whoever is put into one leaves the one before. */
export function TeamForm({ team, users, onDone }: Props) {
  const { t } = useText();
  const queryClient = useQueryClient();
  const [sure, setSure] = useState(false);
  const inTeam = users.filter(({ teamId }) => team !== undefined && teamId === team.id).map(({ id }) => id);
  const people = users
    .filter(({ id, status }) => status === 'active' || inTeam.includes(id))
    .map(({ id, name }) => ({ value: id, label: name }));
  const managers = users
    .filter(
      ({ id, role, status }) => team?.managerIds.includes(id) || (status === 'active' && role !== 'rep'),
    )
    .map(({ id, name }) => ({ value: id, label: name }));
  const form = useForm({
    initialValues: { name: team?.name ?? '', managerIds: team?.managerIds ?? [], members: inTeam },
    validate: { name: (name) => (name.trim().length < 2 ? t('teams.nameShort') : null) },
  });
  // Half of it may be done where the other half failed.
  const refresh = () =>
    Promise.all([
      queryClient.invalidateQueries({ queryKey: ['team'] }),
      queryClient.invalidateQueries({ queryKey: ['user'] }),
    ]);
  const save = useMutation({
    async mutationFn({ name, managerIds, members }: typeof form.values) {
      const body = { name: name.trim(), managerIds };
      const { id } = team
        ? await ask('PATCH /teams/{id}', { path: { id: team.id }, body })
        : await ask('POST /teams', { body });
      const joining = members.filter((one) => !inTeam.includes(one));
      const leaving = inTeam.filter((one) => !members.includes(one));
      for (const one of joining) await ask('PATCH /users/{id}', { path: { id: one }, body: { teamId: id } });
      for (const one of leaving)
        await ask('PATCH /users/{id}', { path: { id: one }, body: { teamId: null } });
    },
    onSuccess: onDone,
    onError(error) {
      if (error instanceof Problem) form.setErrors(error.fields);
    },
    onSettled: refresh,
  });
  const remove = useMutation({
    mutationFn: (id: string) => ask('DELETE /teams/{id}', { path: { id } }),
    onSuccess: onDone,
    onError: showProblem,
    onSettled: refresh,
  });
  return (
    <form onSubmit={form.onSubmit((values) => save.mutate(values))} noValidate>
      <Stack gap={14}>
        <TextInput
          label={t('teams.name')}
          required
          data-autofocus
          maxLength={100}
          {...form.getInputProps('name')}
        />
        <MultiSelect
          label={t('teams.managers')}
          description={t('teams.managersHint')}
          data={managers}
          searchable
          hidePickedOptions
          {...form.getInputProps('managerIds')}
        />
        <MultiSelect
          label={t('teams.members')}
          description={t('teams.membersHint')}
          data={people}
          searchable
          hidePickedOptions
          {...form.getInputProps('members')}
        />
        {isUnexplained(save.error, form.getValues()) && <ProblemPanel error={save.error!} />}
        <Group justify="space-between">
          {team ? (
            <Button
              variant="subtle"
              color="red"
              px={8}
              loading={remove.isPending}
              onClick={() => (sure ? remove.mutate(team.id) : setSure(true))}
            >
              {t(sure ? 'teams.removeSure' : 'teams.remove')}
            </Button>
          ) : (
            <span />
          )}
          <Button type="submit" loading={save.isPending}>
            {t('action.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
