import { type MantineThemeOverride, mergeThemeOverrides } from '@mantine/core';
import { useMemo } from 'react';
import { useText } from '../i18n/i18n.ts';

/**
 * A look whose buttons without a word are named in the language of the screen: those that close dialogs, drawers and notices, and those that
 * show a password.
 */
export function useNamedButtons(theme: MantineThemeOverride): MantineThemeOverride {
  const { t } = useText();
  return useMemo(() => {
    const closing = { defaultProps: { closeButtonProps: { 'aria-label': t('action.close') } } };
    const showing = {
      defaultProps: { visibilityToggleButtonProps: { 'aria-label': t('password.show') } },
    };
    return mergeThemeOverrides(theme, {
      components: { Modal: closing, Drawer: closing, Notification: closing, PasswordInput: showing },
    });
  }, [theme, t]);
}
