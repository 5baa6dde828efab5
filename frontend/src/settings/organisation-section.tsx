import { Group, MultiSelect, NumberInput, Select, SimpleGrid, TagsInput, TextInput } from '@mantine/core';
import { useText } from '../i18n/i18n.ts';
import { locales } from '../i18n/locales.ts';
import { currencies } from '../money/money.ts';
import { Card } from '../records/record-layout.tsx';
import { languageNames } from '../shell/preferences.tsx';
import { states } from '../ui/states.ts';
import { OrganisationForm } from './organisation-form.tsx';
import type { Organisation } from './organisation-query.ts';

/** The organisation itself, and the customer it looks for, which scores of leads take into account. */
export function OrganisationSection() {
  const { t } = useText();
  return (
    <>
      <Card title={t('settings.organisation')}>
        <OrganisationForm
          values={({ name, timezone, currency, locale, repVisibility }) => ({
            name,
            timezone,
            currency: currency as string,
            locale: locale as string,
            repVisibility: repVisibility as string,
          })}
          body={({ name, timezone, currency, locale, repVisibility }) => ({
            name: name.trim(),
            timezone,
            currency: currency as Organisation['currency'],
            locale: locale as Organisation['locale'],
            repVisibility: repVisibility as Organisation['repVisibility'],
          })}
        >
          {(form) => (
            <>
              <TextInput label={t('org.name')} required {...form.getInputProps('name')} />
              <Select
                label={t('org.timezone')}
                description={t('org.timezoneHint')}
                searchable
                allowDeselect={false}
                data={[...new Set([form.values.timezone, ...Intl.supportedValuesOf('timeZone')])]}
                limit={50}
                {...form.getInputProps('timezone')}
              />
              <SimpleGrid cols={{ base: 1, xs: 2 }} spacing={14}>
                <Select
                  label={t('org.currency')}
                  description={t('org.currencyHint')}
                  allowDeselect={false}
                  data={[...currencies]}
                  {...form.getInputProps('currency')}
                />
                <Select
                  label={t('org.locale')}
                  description={t('org.localeHint')}
                  allowDeselect={false}
                  data={locales.map((value) => ({ value, label: languageNames[value] }))}
                  {...form.getInputProps('locale')}
                />
              </SimpleGrid>
              <Select
                label={t('org.repVisibility')}
                allowDeselect={false}
                data={(['all', 'own'] as const).map((value) => ({
                  value,
                  label: t(`org.repVisibility.${value}`),
                }))}
                {...form.getInputProps('repVisibility')}
              />
            </>
          )}
        </OrganisationForm>
      </Card>
      <Card title={t('org.icp')}>
        <OrganisationForm
          values={({ icp }) => ({
            industries: icp.industries,
            states: icp.states as string[],
            employeesMin: (icp.employeesMin ?? '') as number | '',
            employeesMax: (icp.employeesMax ?? '') as number | '',
          })}
          body={(icp) => ({
            icp: {
              industries: icp.industries,
              states: icp.states as Organisation['icp']['states'],
              employeesMin: icp.employeesMin === '' ? null : icp.employeesMin,
              employeesMax: icp.employeesMax === '' ? null : icp.employeesMax,
            },
          })}
        >
          {(form) => (
            <>
              <TagsInput
                label={t('org.icp.industries')}
                description={t('org.icp.industriesHint')}
                {...form.getInputProps('industries')}
              />
              <MultiSelect
                label={t('org.icp.states')}
                data={states}
                searchable
                {...form.getInputProps('states')}
              />
              <Group grow gap={14}>
                <NumberInput
                  label={t('org.icp.employeesMin')}
                  min={1}
                  hideControls
                  {...form.getInputProps('employeesMin')}
                />
                <NumberInput
                  label={t('org.icp.employeesMax')}
                  min={1}
                  hideControls
                  {...form.getInputProps('employeesMax')}
                />
              </Group>
            </>
          )}
        </OrganisationForm>
      </Card>
    </>
  );
}
