import { useFormat } from '../../i18n/format.ts';
import { useText } from '../../i18n/i18n.ts';
import type { Currency, Money } from '../../money/money.ts';
import { draftCents, draftProblem, MoneyInput, moneyDraft } from '../../money/money-input.tsx';
import { Editable, type Frame, keys } from './editable.tsx';

type MoneyProps = Omit<Frame<Money>, 'value' | 'onSave' | 'check'> & {
  cents: number | null;
  currency: Currency;
  onSave(cents: number | null, currency: Currency): Promise<void>;
};

/** An amount with its currency; emptied, there is no amount. */
export function EditableMoney({ cents, currency, onSave, ...frame }: MoneyProps) {
  const format = useFormat();
  const { t, locale } = useText();
  return (
    <Editable
      {...frame}
      value={moneyDraft(cents, currency, locale)}
      shown={cents === null ? null : format.money({ amountCents: cents, currency })}
      check={(draft) => draftProblem(t, draft, locale)}
      onSave={(draft) => onSave(draftCents(draft, locale), draft.currency)}
    >
      {(editing) => (
        // Going from the amount to its currency leaves neither.
        // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the inputs inside
        <div
          onBlur={(event) => event.currentTarget.contains(event.relatedTarget) || editing.commit()}
          onKeyDown={keys(editing)}
        >
          <MoneyInput
            label={frame.label}
            labelHidden
            size="xs"
            autoFocus
            value={editing.value}
            onChange={editing.set}
            error={editing.input.error}
            disabled={editing.input.disabled}
          />
        </div>
      )}
    </Editable>
  );
}
