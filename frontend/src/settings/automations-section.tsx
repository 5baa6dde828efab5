import { NumberInput, Select, Switch, TagsInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import type { ReactNode } from 'react';
import { useText } from '../i18n/i18n.ts';
import { Card } from '../records/record-layout.tsx';
import { AutomationRuns } from './automation-runs.tsx';
import classes from './automations-section.module.css';
import { OrganisationForm } from './organisation-form.tsx';
import type { Organisation } from './organisation-query.ts';

type Automations = Organisation['automations'];
type Form = UseFormReturnType<Automations>;

/** What the CRM does by itself: four rules, each with a switch and what it goes by. */
export function AutomationsSection() {
  const { t } = useText();
  return (
    <>
      <Card title={t('org.automations')}>
        <OrganisationForm<Automations>
          values={({ automations }) => automations}
          body={(automations) => ({ automations })}
        >
          {(form) => (
            <>
              <Rule form={form} name="newLead">
                <Select
                  label={t('automation.assign')}
                  allowDeselect={false}
                  data={(['manual', 'round_robin', 'least_loaded'] as const).map((value) => ({
                    value,
                    label: t(`automation.assign.${value}`),
                  }))}
                  {...form.getInputProps('newLead.assign')}
                />
              </Rule>
              <Rule form={form} name="idleDeal">
                <Days form={form} name="idleDeal" />
              </Rule>
              <Rule form={form} name="dealWon">
                <TagsInput
                  label={t('automation.checklist')}
                  description={t('automation.checklistHint')}
                  maxTags={10}
                  {...form.getInputProps('dealWon.checklist')}
                />
              </Rule>
              <Rule form={form} name="noReply">
                <Days form={form} name="noReply" />
              </Rule>
            </>
          )}
        </OrganisationForm>
      </Card>
      <Card title={t('automation.runs')}>
        <AutomationRuns />
      </Card>
    </>
  );
}

function Rule({ form, name, children }: { form: Form; name: keyof Automations; children: ReactNode }) {
  const { t } = useText();
  return (
    <section className={classes.rule}>
      <Switch
        label={t(`org.automation.${name}`)}
        description={t(`automation.about.${name}`)}
        {...form.getInputProps(`${name}.on`, { type: 'checkbox' })}
      />
      {form.values[name].on && <div className={classes.parameters}>{children}</div>}
    </section>
  );
}

function Days({ form, name }: { form: Form; name: 'idleDeal' | 'noReply' }) {
  const { t } = useText();
  return (
    <NumberInput
      label={t('automation.after')}
      suffix={` ${t('org.days')}`}
      w={140}
      min={1}
      max={60}
      {...form.getInputProps(`${name}.days`)}
    />
  );
}
