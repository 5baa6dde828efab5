import { TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { type Translate, useText } from '../i18n/i18n.ts';
import type { Locale } from '../i18n/locales.ts';
import {
  type Currency,
  currencies,
  currencySigns,
  type MoneyProblem,
  readMoney,
  typedMoney,
} from './money.ts';
import classes from './money-input.module.css';

/** An amount while it is typed. */
export interface MoneyDraft {
  typed: string;
  currency: Currency;
}

export const moneyDraft = (cents: number | null, currency: Currency, locale: Locale): MoneyDraft => ({
  typed: typedMoney(cents, locale),
  currency,
});

/** What a draft comes to; null where nothing is typed or what is typed was refused. */
export function draftCents({ typed, currency }: MoneyDraft, locale: Locale): number | null {
  const read = readMoney(typed, currency, locale);
  return 'cents' in read ? read.cents : null;
}

/** Why a draft is no amount, for a form. */
export function draftProblem(t: Translate, { typed, currency }: MoneyDraft, locale: Locale): string | null {
  const read = readMoney(typed, currency, locale);
  return 'problem' in read ? t(read.problem satisfies MoneyProblem) : null;
}

interface Props {
  label: string;
  /** Beside a text that names the field already, the label is for those who listen. */
  labelHidden?: boolean;
  size?: 'xs' | 'sm';
  value: MoneyDraft;
  onChange(value: MoneyDraft): void;
  error?: ReactNode;
  disabled?: boolean;
  autoFocus?: boolean;
}

type FieldProps = Omit<Props, 'value' | 'onChange'> & {
  defaultValue?: MoneyDraft;
  onChange?(value: MoneyDraft): void;
};

/** The same in a form that keeps its values itself. */
export function MoneyField({ defaultValue, onChange, ...props }: FieldProps) {
  const [value, setValue] = useState(defaultValue!);
  const keep = (next: MoneyDraft) => {
    setValue(next);
    onChange?.(next);
  };
  return <MoneyInput {...props} value={value} onChange={keep} />;
}

/** An amount and its currency. */
export function MoneyInput({ label, labelHidden, size = 'sm', value, onChange, error, ...input }: Props) {
  const { t } = useText();
  return (
    <TextInput
      {...input}
      {...(labelHidden ? { 'aria-label': label } : { label })}
      size={size}
      inputMode="decimal"
      autoComplete="off"
      error={error}
      value={value.typed}
      onChange={(event) => onChange({ ...value, typed: event.currentTarget.value })}
      leftSectionWidth={72}
      leftSectionPointerEvents="all"
      leftSection={
        <select
          aria-label={t('money.currency')}
          className={classes.currency}
          data-size={size}
          disabled={input.disabled}
          value={value.currency}
          onChange={(event) => onChange({ ...value, currency: event.currentTarget.value as Currency })}
        >
          {currencies.map((currency) => (
            <option key={currency} value={currency}>
              {currencySigns[currency][0]}
            </option>
          ))}
        </select>
      }
    />
  );
}
