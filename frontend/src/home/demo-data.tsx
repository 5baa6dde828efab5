import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ask } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { showProblem } from '../ui/show-problem.ts';
import classes from './first-steps.module.css';

/** Example data to explore with, and the way to be rid of all of it. */
export function DemoData() {
  const { t } = useText();
  const queryClient = useQueryClient();
  const demo = useQuery({
    queryKey: ['demo-data'],
    queryFn: ({ signal }) => ask('GET /demo-data', { signal }),
  });
  const refresh = { onSuccess: () => queryClient.invalidateQueries(), onError: showProblem };
  const add = useMutation({ mutationFn: () => ask('POST /demo-data'), ...refresh });
  const remove = useMutation({ mutationFn: () => ask('DELETE /demo-data'), ...refresh });
  const present = demo.data?.present;
  return (
    <div className={classes.demo}>
      {present ? t('demo.present', { count: demo.data?.records ?? 0 }) : t('demo.text')}
      {present ? (
        <Button size="xs" variant="default" loading={remove.isPending} onClick={() => remove.mutate()}>
          {t('demo.remove')}
        </Button>
      ) : (
        <Button
          size="xs"
          variant="default"
          disabled={!demo.data}
          loading={add.isPending}
          onClick={() => add.mutate()}
        >
          {t('demo.add')}
        </Button>
      )}
    </div>
  );
}
