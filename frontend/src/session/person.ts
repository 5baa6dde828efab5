import type { Translate } from '../i18n/i18n.ts';

/** The rules of a new account that can be told before sending; the API judges again. */
export const personRules = (t: Translate) => ({
  name: (name: string) => (name.trim().length < 2 ? t('person.nameShort') : null),
  email: (email: string) =>
    /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email.trim()) ? null : t('leads.form.emailWrong'),
  password: (password: string) => (password.length < 10 ? t('password.short') : null),
});
