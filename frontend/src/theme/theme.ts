import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

const iris: MantineColorsTuple = [
  '#f2f2fc',
  '#e4e3f8',
  '#c9c7f0',
  '#aba8e8',
  '#918de0',
  '#7b76d8',
  '#6763cc',
  '#5450b8',
  '#45419f',
  '#383582',
];
const gray: MantineColorsTuple = [
  '#fafafc',
  '#f4f4f8',
  '#ececf2',
  '#e0e0e9',
  '#cfcfda',
  '#a9a9b8',
  '#757584',
  '#565666',
  '#34343f',
  '#1c1c27',
];
const dark: MantineColorsTuple = [
  '#ececf3',
  '#cfcfda',
  '#a3a3b3',
  '#7b7b8c',
  '#343441',
  '#2a2a35',
  '#20202a',
  '#18181f',
  '#131319',
  '#101016',
];

/** Conductor's look: quiet greys with one colour for what can be acted on, compact and rounded. */
export const theme = createTheme({
  primaryColor: 'iris',
  primaryShade: { light: 7, dark: 6 },
  colors: { iris, gray, dark },
  black: '#1c1c27',
  autoContrast: true,
  fontFamily: "'Inter', system-ui, -apple-system, 'Segoe UI', sans-serif",
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, monospace',
  fontSizes: { xs: '0.75rem', sm: '0.8438rem', md: '0.9375rem', lg: '1.0625rem', xl: '1.25rem' },
  lineHeights: { xs: '1.4', sm: '1.45', md: '1.5', lg: '1.5', xl: '1.4' },
  radius: { xs: '4px', sm: '6px', md: '8px', lg: '12px', xl: '16px' },
  defaultRadius: 'md',
  headings: {
    fontWeight: '650',
    sizes: {
      h1: { fontSize: '1.375rem', lineHeight: '1.3' },
      h2: { fontSize: '1.0625rem', lineHeight: '1.35' },
      h3: { fontSize: '0.9375rem', lineHeight: '1.4' },
    },
  },
  shadows: { sm: 'var(--shadow-card)', md: 'var(--shadow-float)', xl: 'var(--shadow-float)' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    InputWrapper: {
      styles: { label: { marginBottom: 5, fontWeight: 550 }, description: { marginBottom: 6 } },
    },
    Button: { defaultProps: { size: 'sm' }, styles: { label: { fontWeight: 550 } } },
    Modal: {
      defaultProps: { radius: 'lg', centered: true, overlayProps: { backgroundOpacity: 0.35, blur: 2 } },
    },
    Drawer: { defaultProps: { overlayProps: { backgroundOpacity: 0.35 } } },
    Tooltip: { defaultProps: { openDelay: 350, withArrow: false, fz: 'xs' } },
    Menu: {
      // The placeholder that would be focused first is no item of a menu, to whoever listens.
      defaultProps: { shadow: 'md', radius: 'lg', withinPortal: true, withInitialFocusPlaceholder: false },
    },
    Popover: { defaultProps: { shadow: 'md', radius: 'lg' } },
  },
});

/** Hands Conductor's own tokens (see tokens.css and index.html) to Mantine's parts. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {
    '--mantine-color-text': 'var(--ink)',
    '--mantine-color-dimmed': 'var(--ink-faint)',
    '--mantine-color-placeholder': 'var(--ink-faint)',
    '--mantine-color-error': 'var(--hot)',
    '--mantine-color-default-border': 'var(--line-strong)',
  },
  light: { '--mantine-color-body': 'var(--surface)', '--mantine-color-anchor': 'var(--accent-ink)' },
  dark: { '--mantine-color-body': 'var(--surface)', '--mantine-color-anchor': 'var(--accent-ink)' },
});
