import { ActionIcon, Menu, useMantineColorScheme } from '@mantine/core';
import {
  IconAdjustmentsHorizontal,
  IconCheck,
  IconDeviceDesktop,
  IconMoon,
  IconSun,
} from '@tabler/icons-react';
import { chooseLanguage, useText } from '../i18n/i18n.ts';
import { locales } from '../i18n/locales.ts';

export const languageNames = { 'pt-BR': 'Português (Brasil)', en: 'English' };
const themes = [
  { value: 'light', icon: IconSun },
  { value: 'dark', icon: IconMoon },
  { value: 'auto', icon: IconDeviceDesktop },
] as const;

/** Language and look before anybody signed in, remembered in this browser. */
export function Preferences() {
  const { t } = useText();
  return (
    <Menu position="top-start" width={220}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('menu.preferences')}>
          <IconAdjustmentsHorizontal size={19} stroke={1.7} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <PreferenceItems />
      </Menu.Dropdown>
    </Menu>
  );
}

/** The choices of language and look, as a part of a menu. */
export function PreferenceItems() {
  const { t, locale } = useText();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const check = (chosen: boolean) => (chosen ? <IconCheck size={15} aria-hidden /> : null);
  return (
    <>
      <Menu.Label>{t('settings.language')}</Menu.Label>
      {locales.map((one) => (
        <Menu.Item
          key={one}
          lang={one}
          onClick={() => void chooseLanguage(one)}
          aria-current={one === locale}
          rightSection={check(one === locale)}
        >
          {languageNames[one]}
        </Menu.Item>
      ))}
      <Menu.Divider />
      <Menu.Label>{t('settings.theme')}</Menu.Label>
      {themes.map(({ value, icon: Icon }) => (
        <Menu.Item
          key={value}
          leftSection={<Icon size={16} stroke={1.7} aria-hidden />}
          onClick={() => setColorScheme(value)}
          aria-current={value === colorScheme}
          rightSection={check(value === colorScheme)}
        >
          {t(`theme.${value}`)}
        </Menu.Item>
      ))}
    </>
  );
}
