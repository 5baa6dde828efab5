import { MultiSelect, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useRef } from 'react';
import { useText } from '../i18n/i18n.ts';
import { useShortcuts } from '../shortcuts/use-shortcuts.ts';
import { type LeadStatus, leadStatuses } from './lead.ts';
import classes from './lead-filters.module.css';
import type { LeadSearch, LeadSort } from './lead-search.ts';

const sortLabels = {
  '-createdAt': 'leads.sort.newest',
  '-score.value': 'leads.sort.score',
  name: 'leads.sort.name',
} as const;

export function LeadFilters({ search, onChange }: { search: LeadSearch; onChange(next: LeadSearch): void }) {
  const { t } = useText();
  const input = useRef<HTMLInputElement>(null);
  useShortcuts([{ keys: '/', label: 'shortcuts.filter', run: () => input.current?.focus() }]);
  const searchSoon = useDebouncedCallback(
    (q: string) => onChange({ ...search, q: q.trim() || undefined }),
    250,
  );
  return (
    <search className={classes.bar}>
      <TextInput
        key={search.q === undefined ? 'empty' : 'filled'}
        ref={input}
        className={classes.text}
        type="search"
        aria-label={t('leads.search')}
        placeholder={t('leads.search')}
        leftSection={<IconSearch size={16} aria-hidden />}
        defaultValue={search.q}
        onChange={(event) => searchSoon(event.currentTarget.value)}
      />
      <MultiSelect
        className={classes.status}
        aria-label={t('leads.filterStatus')}
        placeholder={search.status ? undefined : t('leads.filterStatus')}
        data={leadStatuses.map((value) => ({ value, label: t(`leads.status.${value}`) }))}
        value={search.status ?? []}
        onChange={(status) =>
          onChange({ ...search, status: status.length ? (status as LeadStatus[]) : undefined })
        }
        clearable
      />
      <Select
        className={classes.sort}
        aria-label={t('leads.sort')}
        allowDeselect={false}
        data={Object.entries(sortLabels).map(([value, label]) => ({ value, label: t(label) }))}
        value={search.sort ?? '-createdAt'}
        onChange={(sort) => onChange({ ...search, sort: (sort as LeadSort | null) ?? undefined })}
      />
    </search>
  );
}
