import { ActionIcon, Button, Drawer, NativeSelect, Stack } from '@mantine/core';
import { IconFilter, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import type { MessageKey } from '../i18n/catalog.ts';
import { useText } from '../i18n/i18n.ts';
import { useShortcuts } from '../shortcuts/use-shortcuts.ts';
import { SearchField } from '../ui/search-field.tsx';
import type { FilterFields, FilterValues } from './filter.ts';
import classes from './filter-bar.module.css';
import { FilterInput } from './filter-input.tsx';
import { useFilterText } from './use-filter-text.ts';

type Search<Fields extends FilterFields> = FilterValues<Fields> & { q?: string; sort?: string };

interface Props<Fields extends FilterFields> {
  fields: Fields;
  search: Search<Fields>;
  /** Is given all that the bar decides; null for what is no longer there. */
  onChange(change: Record<string, unknown>): void;
  /** What the search looks through; without it there is none. */
  searchLabel?: string;
  sorts?: readonly { value: string; label: MessageKey }[];
}

/** The search, the filters and the order of a list, all of which its address keeps. */
export function FilterBar<Fields extends FilterFields>({
  fields,
  search,
  onChange,
  searchLabel,
  sorts,
}: Props<Fields>) {
  const { t } = useText();
  const text = useFilterText();
  const [opened, setOpened] = useState(false);
  useShortcuts([{ keys: 'f', label: 'filters.open', run: () => setOpened(true) }]);
  const active = Object.entries(fields).filter(([name]) => isSet(search[name]));
  const clear = Object.fromEntries(Object.keys(fields).map((name) => [name, undefined]));
  return (
    <>
      <search className={classes.bar}>
        {searchLabel && (
          <SearchField
            className={classes.text}
            label={searchLabel}
            value={search.q}
            onChange={(q) => onChange({ q })}
          />
        )}
        <Button
          variant="default"
          leftSection={<IconFilter size={16} stroke={1.7} aria-hidden />}
          onClick={() => setOpened(true)}
        >
          {t('filters.open')}
          {active.length > 0 && (
            <span className={classes.count}>
              {active.length}
              <span className="visually-hidden"> {t('filters.activeCount', { count: active.length })}</span>
            </span>
          )}
        </Button>
        {sorts && (
          <NativeSelect
            className={classes.sort}
            aria-label={t('filters.sort')}
            data={sorts.map(({ value, label }) => ({ value, label: t(label) }))}
            value={search.sort ?? sorts[0]!.value}
            onChange={({ currentTarget: { value } }) =>
              onChange({ sort: value === sorts[0]!.value ? undefined : value })
            }
          />
        )}
      </search>
      {active.length > 0 && (
        <ul className={classes.active} aria-label={t('filters.active')}>
          {active.map(([name, field]) => {
            const filter = `${t(field.label)}: ${text(field, search[name])}`;
            return (
              <li key={name}>
                <span>{filter}</span>
                <ActionIcon
                  size={22}
                  variant="subtle"
                  color="gray"
                  aria-label={t('filters.remove', { filter })}
                  onClick={() => onChange({ [name]: undefined })}
                >
                  <IconX size={13} stroke={2} />
                </ActionIcon>
              </li>
            );
          })}
          <li className={classes.clear}>
            <Button size="compact-sm" variant="subtle" onClick={() => onChange(clear)}>
              {t('action.clearFilters')}
            </Button>
          </li>
        </ul>
      )}
      <Drawer
        opened={opened}
        onClose={() => setOpened(false)}
        position="right"
        size={380}
        title={t('filters.title')}
      >
        <Stack gap={18}>
          {Object.entries(fields).map(([name, field]) => (
            <FilterInput
              key={name}
              field={field}
              label={t(field.label)}
              value={search[name] as never}
              onChange={(value) => onChange({ [name]: value })}
            />
          ))}
          <Button variant="default" disabled={active.length === 0} onClick={() => onChange(clear)}>
            {t('action.clearFilters')}
          </Button>
        </Stack>
      </Drawer>
    </>
  );
}

/** A period whose days are still to be chosen is not a filter yet. */
const isSet = (value: unknown): boolean =>
  value !== undefined && Object.values(value as object).some((one) => one !== undefined);
