import { Button, Menu } from '@mantine/core';
import { IconBraces } from '@tabler/icons-react';
import { useState } from 'react';
import type { MessageKey } from '../i18n/catalog.ts';
import { useText } from '../i18n/i18n.ts';
import type { Variable } from './template-draft.ts';
import classes from './templates.module.css';

/** What each variable is called, in the order of the menu. */
export const variableNames: Readonly<Record<Variable, MessageKey>> = {
  first_name: 'templates.variable.first_name',
  full_name: 'templates.variable.full_name',
  job_title: 'templates.variable.job_title',
  company: 'templates.variable.company',
  city: 'templates.variable.city',
  deal_title: 'templates.variable.deal_title',
  deal_amount: 'templates.variable.deal_amount',
  sender_name: 'templates.variable.sender_name',
  sender_email: 'templates.variable.sender_email',
  signature: 'templates.variable.signature',
  organisation: 'templates.variable.organisation',
  today: 'templates.variable.today',
};
const variables = Object.keys(variableNames) as Variable[];

/** Puts a variable where the text is written; `field` says in which text, for whoever listens to the screen. */
export function VariableMenu({ field, onInsert }: { field: string; onInsert(text: string): void }) {
  const { t } = useText();
  const [inserted, setInserted] = useState(false);
  return (
    // Closed without a choice, the focus goes back to the button; after one, writing goes on behind it.
    <Menu
      position="bottom-end"
      width={300}
      shadow="md"
      returnFocus={!inserted}
      onOpen={() => setInserted(false)}
    >
      <Menu.Target>
        <Button
          size="compact-xs"
          variant="subtle"
          leftSection={<IconBraces size={14} aria-hidden />}
          aria-label={t('templates.insertInto', { field })}
        >
          {t('templates.insert')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown className={classes.variables}>
        {variables.map((name) => (
          <Menu.Item
            key={name}
            rightSection={<code className={classes.code}>{`{{${name}}}`}</code>}
            onClick={() => {
              setInserted(true);
              onInsert(`{{${name}}}`);
            }}
          >
            {t(variableNames[name])}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
