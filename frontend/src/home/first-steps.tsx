import { ActionIcon, Button } from '@mantine/core';
import { IconCircle, IconCircleCheckFilled, IconX } from '@tabler/icons-react';
import { Link, type LinkProps } from '@tanstack/react-router';
import { useText } from '../i18n/i18n.ts';
import { Card } from '../records/record-layout.tsx';
import { DemoData } from './demo-data.tsx';
import classes from './first-steps.module.css';
import type { Home } from './home-query.ts';

const names = ['lead', 'icp', 'pipeline', 'invite', 'smtp', 'ai'] as const;

interface Step {
  name: (typeof names)[number];
  /** Undefined until known. */
  done: boolean | undefined;
}

/** What an administrator does once, until all is done or they have seen enough of it. */
export function FirstSteps({
  steps: known,
  onHide,
}: {
  steps: NonNullable<Home['firstSteps']> | undefined;
  onHide(): void;
}) {
  const { t } = useText();
  const steps = names.map((name): Step => ({ name, done: known?.[name] }));
  const done = steps.filter((step) => step.done).length;
  return (
    <div className={classes.steps}>
      <Card
        title={t('steps.title')}
        aside={
          <span className={classes.aside}>
            {t('steps.progress', { done, all: steps.length })}
            {done === steps.length ? (
              <Button size="xs" variant="default" onClick={onHide}>
                {t('steps.hide')}
              </Button>
            ) : (
              <ActionIcon variant="subtle" color="gray" aria-label={t('steps.hide')} onClick={onHide}>
                <IconX size={17} stroke={1.7} />
              </ActionIcon>
            )}
          </span>
        }
      >
        <ul>
          {steps.map((step) => (
            <Row key={step.name} {...step} />
          ))}
        </ul>
        <DemoData records={known?.demo} />
      </Card>
    </div>
  );
}

const links: Record<Step['name'], Pick<LinkProps, 'to' | 'search'>> = {
  lead: { to: '/leads', search: { new: true } },
  icp: { to: '/settings/organisation' },
  pipeline: { to: '/settings/pipeline' },
  invite: { to: '/settings/people' },
  smtp: { to: '/settings/email' },
  ai: { to: '/settings/ai' },
};

function Row({ name, done }: Step) {
  const { t } = useText();
  const Mark = done ? IconCircleCheckFilled : IconCircle;
  const about =
    name === 'smtp' || name === 'ai'
      ? (`steps.${name}.${done ? 'on' : 'off'}` as const)
      : (`steps.${name}.text` as const);
  return (
    <li data-done={done || undefined}>
      <Mark size={20} stroke={1.6} role="img" aria-label={t(done ? 'steps.done' : 'steps.open')} />
      <span>
        <Link {...links[name]}>{t(`steps.${name}`)}</Link>
        <small>{t(about)}</small>
      </span>
    </li>
  );
}
