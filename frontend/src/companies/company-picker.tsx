import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { useHits } from '../search/use-hits.ts';
import { companyById } from './companies-query.ts';

interface Props {
  label: string;
  /** Beside a text that names the field already, the label is for those who listen. */
  labelHidden?: boolean;
  autoFocus?: boolean;
  value?: string | null;
  onChange?(id: string | null): void;
  error?: React.ReactNode;
}

/** Finds a company by the beginning of its name. */
export function CompanyPicker({ label, labelHidden, autoFocus, value = null, onChange, error }: Props) {
  const { t } = useText();
  const [search, setSearch] = useState('');
  const found = useHits(search, {
    key: ['company', 'lookup'],
    pause: 200,
    ask: async (q, signal) =>
      (await ask('GET /companies', { query: { q, limit: 10, sort: 'name' }, signal })).data,
    text: ({ name }) => name,
  });
  const chosen = useQuery({ ...companyById(value ?? ''), enabled: value !== null });
  const options = new Map(found.hits.map(({ id, name }) => [id, name]));
  if (chosen.data) options.set(chosen.data.id, chosen.data.name);
  return (
    <Select
      {...(labelHidden ? { 'aria-label': label, size: 'xs' } : { label })}
      autoFocus={autoFocus}
      placeholder={t('companies.find')}
      searchable
      clearable
      filter={({ options: all }) => all}
      nothingFoundMessage={t(found.unsure ?? 'companies.noMatch')}
      data={[...options].map(([id, name]) => ({ value: id, label: name }))}
      value={value}
      onChange={onChange}
      onSearchChange={setSearch}
      error={error}
    />
  );
}
