import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ask } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { showProblem } from '../ui/show-problem.ts';
import classes from './first-steps.module.css';

/** Example data to explore with, and the way to be rid of all of it. */
export function DemoData({ records }: { records: number | undefined }) {
  const { t } = useText();
  const queryClient = useQueryClient();
  const refresh = { onSuccess: () => queryClient.invalidateQueries(), onError: showProblem };
  const add = useMutation({ mutationFn: () => ask('POST /demo-data'), ...refresh });
  const remove = useMutation({ mutationFn: () => ask('DELETE /demo-data'), ...refresh });
  const present = records !== undefined && records > 0;
  return (
    <div className={classes.demo}>
      {present ? t('demo.present', { count: records }) : t('demo.text')}
      {present ? (
        <Button size="xs" variant="default" loading={remove.isPending} onClick={() => remove.mutate()}>
          {t('demo.remove')}
        </Button>
      ) : (
        <Button
          size="xs"
          variant="default"
          disabled={records === undefined}
          loading={add.isPending}
          onClick={() => add.mutate()}
        >
          {t('demo.add')}
        </Button>
      )}
    </div>
  );
}
