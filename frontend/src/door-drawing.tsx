import english from 'virtual:messages/door/en';
import portuguese from 'virtual:messages/door/pt-BR';
import { i18n } from '@lingui/core';
import { MantineProvider } from '@mantine/core';
import { renderToString } from 'react-dom/server.edge';
import { doorScreens } from './door-address.ts';
import { DoorApp, look } from './door-app.tsx';
import { locales } from './i18n/locales.ts';

/** The style element with the variables of the look. */
export const drawVariables = (): string =>
  renderToString(<MantineProvider {...look}>{null}</MantineProvider>);

/** Each screen before the door as its first rendering shows it, by `login pt-BR`: for the build, which puts them into door.html. */
export function drawDoors(): Record<string, string> {
  const drawings: Record<string, string> = {};
  for (const locale of locales) {
    i18n.loadAndActivate({ locale, messages: locale === 'en' ? english : portuguese });
    for (const screen of doorScreens)
      drawings[`${screen} ${locale}`] = renderToString(
        <DoorApp address={{ screen, token: '', search: {} }} />,
      );
  }
  return drawings;
}
