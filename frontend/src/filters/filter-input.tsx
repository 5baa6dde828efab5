import {
  Chip,
  Group,
  Input,
  MultiSelect,
  NativeSelect,
  NumberInput,
  Stack,
  TagsInput,
  TextInput,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { pipelinesQuery } from '../deals/deals-query.ts';
import { useText } from '../i18n/i18n.ts';
import { useUsers } from '../users/users-query.ts';
import type { FilterField, Period, Range } from './filter.ts';

interface Props<Value> {
  field: FilterField;
  label: string;
  value: Value | undefined;
  onChange(value: Value | undefined): void;
}

/** What a list is narrowed by, of whatever kind. */
export function FilterInput(props: Props<never>) {
  switch (props.field.kind) {
    case 'choices':
      return <Choices {...(props as unknown as Props<string[]>)} values={props.field.values} />;
    case 'people':
      return <People {...(props as unknown as Props<string[]>)} />;
    case 'stages':
      return <Stages {...(props as unknown as Props<string[]>)} />;
    case 'words':
      return <Words {...(props as unknown as Props<string[]>)} />;
    case 'range':
      return <Between {...(props as unknown as Props<Range>)} />;
    case 'period':
      return <Days {...(props as unknown as Props<Period>)} of={props.field.of} />;
  }
}

const orNone = <Value extends object>(value: Value): Value | undefined =>
  Object.values(value).some((one) => one !== undefined) ? value : undefined;

function Choices({ field, label, value, onChange, values }: Props<string[]> & { values: readonly string[] }) {
  const { t } = useText();
  const text = field.kind === 'choices' ? field.text : undefined;
  return (
    <Input.Wrapper label={label} labelElement="div">
      <Chip.Group multiple value={value ?? []} onChange={(next) => onChange(orNone(next))}>
        <Group gap={6} role="group" aria-label={label}>
          {values.map((one) => (
            <Chip key={one} value={one} size="xs">
              {text ? t(text(one)) : one}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
    </Input.Wrapper>
  );
}

function People({ label, value, onChange }: Props<string[]>) {
  const { t } = useText();
  const { options } = useUsers();
  return (
    <MultiSelect
      label={label}
      searchable
      clearable
      hidePickedOptions
      data={[
        { value: '@me', label: t('filters.me') },
        { value: '@unassigned', label: t('users.nobody') },
        ...options,
      ]}
      value={value ?? []}
      onChange={(next) => onChange(orNone(next))}
    />
  );
}

function Stages({ label, value, onChange }: Props<string[]>) {
  const { data = [] } = useQuery(pipelinesQuery);
  return (
    <MultiSelect
      label={label}
      searchable
      clearable
      hidePickedOptions
      data={data.map(({ name, stages }) => ({
        group: name,
        items: stages.map((stage) => ({ value: stage.id, label: stage.name })),
      }))}
      value={value ?? []}
      onChange={(next) => onChange(orNone(next))}
    />
  );
}

function Words({ label, value, onChange }: Props<string[]>) {
  const { t } = useText();
  return (
    <TagsInput
      label={label}
      placeholder={value ? undefined : t('filters.words')}
      clearable
      maxTags={10}
      splitChars={[',']}
      value={value ?? []}
      onChange={(next) => onChange(orNone(next))}
    />
  );
}

function Between({ label, value, onChange }: Props<Range>) {
  const { t, locale } = useText();
  const [decimalSeparator, thousandSeparator] = locale === 'en' ? ['.', ','] : [',', '.'];
  const input = (end: 'min' | 'max') => ({
    'aria-label': t(`filters.${end}`, { field: label }),
    placeholder: t(`filters.${end}`, { field: label }),
    hideControls: true,
    min: 0,
    max: 1e12,
    decimalScale: 2,
    decimalSeparator,
    thousandSeparator,
    value: value?.[end] ?? '',
    onChange: (next: number | string) =>
      onChange(orNone({ ...value, [end]: typeof next === 'number' ? next : undefined })),
  });
  return (
    <Input.Wrapper label={label} labelElement="div">
      <Group gap={8} grow>
        <NumberInput {...input('min')} />
        <NumberInput {...input('max')} />
      </Group>
    </Input.Wrapper>
  );
}

const lengths = [1, 7, 30, 90];

function Days({ label, value, onChange, of }: Props<Period> & { of: 'moment' | 'day' }) {
  const { t } = useText();
  // What has happened is looked for behind us, what is expected before us.
  const side = of === 'moment' ? 'last' : 'next';
  const days = value?.last ?? value?.next;
  // Days still to be chosen are no filter yet, which an address does not keep.
  const [choosing, setChoosing] = useState(false);
  const own = value === undefined ? choosing : days === undefined;
  const chosen = own ? 'days' : days === undefined ? '' : String(days);
  const choose = (next: string) => {
    setChoosing(next === 'days');
    onChange(next === '' || next === 'days' ? undefined : { [side]: Number(next) });
  };
  const day = (end: 'from' | 'to') => ({
    type: 'date',
    'aria-label': t(`filters.${end === 'from' ? 'min' : 'max'}`, { field: label }),
    value: value?.[end] ?? '',
    onChange: ({ currentTarget }: React.ChangeEvent<HTMLInputElement>) =>
      onChange(orNone({ from: value?.from, to: value?.to, [end]: currentTarget.value || undefined })),
  });
  return (
    <Stack gap={6}>
      <NativeSelect
        label={label}
        data={[
          { value: '', label: t('filters.any') },
          ...lengths.map((length) => ({
            value: String(length),
            label: t(`filters.${side}`, { days: length }),
          })),
          { value: 'days', label: t('filters.days') },
        ]}
        value={chosen}
        onChange={({ currentTarget: { value: next } }) => choose(next)}
      />
      {chosen === 'days' && (
        <Group gap={8} grow>
          <TextInput {...day('from')} />
          <TextInput {...day('to')} />
        </Group>
      )}
    </Stack>
  );
}
