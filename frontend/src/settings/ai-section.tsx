import { Alert, Button, NumberInput, Progress, Switch } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { aiStatusQuery } from '../ai/ai-query.ts';
import { ask } from '../api/request.ts';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import { Card } from '../records/record-layout.tsx';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import { OrganisationForm } from './organisation-form.tsx';
import classes from './settings.module.css';

const names = { claude: 'Anthropic Claude', openai: 'OpenAI' };

/** Artificial intelligence: whether it is used, who answers, what it may cost and did cost. */
export function AiSection() {
  const { t } = useText();
  return (
    <>
      <Providers />
      <Card title={t('org.ai')}>
        <OrganisationForm
          values={({ ai }) => ({ enabled: ai.enabled, budget: ai.monthlyBudgetCents / 100 })}
          body={({ enabled, budget }) => ({
            ai: { enabled, monthlyBudgetCents: Math.round(Number(budget) * 100) },
          })}
        >
          {(form) => (
            <>
              <Switch label={t('org.ai.enabled')} {...form.getInputProps('enabled', { type: 'checkbox' })} />
              <NumberInput
                label={t('org.ai.budget')}
                description={t('org.ai.budgetHint')}
                prefix="US$ "
                min={0}
                decimalScale={2}
                hideControls
                {...form.getInputProps('budget')}
              />
            </>
          )}
        </OrganisationForm>
      </Card>
      <Usage />
    </>
  );
}

function Providers() {
  const { t } = useText();
  const format = useFormat();
  const queryClient = useQueryClient();
  const status = useQuery(aiStatusQuery);
  const test = useMutation({
    mutationFn: () => ask('POST /ai/test'),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['ai'] }),
  });
  const configured = status.data?.providers.some((provider) => provider.configured);
  return (
    <Card
      title={t('ai.providers')}
      aside={
        configured && (
          <Button size="xs" variant="default" loading={test.isPending} onClick={() => test.mutate()}>
            {t('ai.test')}
          </Button>
        )
      }
    >
      {status.error && <ProblemPanel error={status.error} onRetry={() => void status.refetch()} />}
      {status.data && (
        <p className={classes.note}>
          {t(`ai.state.${status.data.state}`)}{' '}
          {status.data.state === 'not_configured' && t('ai.howToConfigure')}
        </p>
      )}
      <table className={classes.rows}>
        <tbody>
          {status.data?.providers.map(({ name, configured: on, model, circuit, lastError }) => {
            const tested = test.data?.data.find((one) => one.provider === name);
            return (
              <tr key={name}>
                <th scope="row">
                  {names[name]}
                  <small>{model}</small>
                </th>
                <td>
                  {t(on ? `ai.circuit.${circuit}` : 'ai.notConfigured')}
                  {lastError && (
                    <small>
                      {t('ai.lastError', {
                        error: t(`ai.error.${lastError.kind}`),
                        when: format.ago(lastError.at),
                      })}
                    </small>
                  )}
                </td>
                <td role="status">
                  {tested &&
                    (tested.ok
                      ? t('ai.testOk', { ms: tested.ms })
                      : t('ai.testFailed', { error: tested.error ? t(`ai.error.${tested.error}`) : '' }))}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {test.error && <ProblemPanel error={test.error} />}
    </Card>
  );
}

function Usage() {
  const { t } = useText();
  const format = useFormat();
  const usage = useQuery({
    queryKey: ['ai', 'usage'],
    queryFn: ({ signal }) => ask('GET /ai/usage', { signal }),
  });
  if (usage.error) return <ProblemPanel error={usage.error} onRetry={() => void usage.refetch()} />;
  if (!usage.data) return null;
  const { spentCents, budgetCents, rows, feedback } = usage.data;
  // Providers bill in dollars.
  const dollars = (amountCents: number) => format.money({ amountCents, currency: 'USD' });
  const share = budgetCents === 0 ? 0 : Math.min(100, (spentCents / budgetCents) * 100);
  return (
    <Card title={t('ai.usage')}>
      <p className={classes.note}>
        {t('ai.spent', { spent: dollars(spentCents), budget: dollars(budgetCents) })}
      </p>
      <Progress value={share} aria-label={t('ai.usage')} color={share > 85 ? 'orange' : undefined} my={10} />
      {rows.length === 0 ? (
        <p className={classes.note}>{t('ai.noUsage')}</p>
      ) : (
        <table className={classes.rows}>
          <thead>
            <tr>
              <th scope="col">{t('ai.usage.kind')}</th>
              <th scope="col">{t('ai.usage.runs')}</th>
              <th scope="col">{t('ai.usage.tokens')}</th>
              <th scope="col">{t('ai.usage.cost')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={`${row.kind}${row.provider}${row.model}`}>
                <th scope="row">
                  {t(`ai.kind.${row.kind}`)}
                  <small>{row.model}</small>
                </th>
                <td>
                  {format.number(row.runs)}
                  {row.failed > 0 && <small>{t('ai.usage.failed', { count: row.failed })}</small>}
                </td>
                <td>{format.number(row.inputTokens + row.outputTokens)}</td>
                <td>{dollars(row.costCents)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {feedback.up + feedback.down > 0 && (
        <Alert mt={12} color="gray">
          {t('ai.usage.feedback', feedback)}
        </Alert>
      )}
    </Card>
  );
}
