import { z } from 'zod';

const link = /https?:\/\/|www\.|\b[a-z0-9-]+\.(com|net|org|io|br|app|dev)\b/i;

/** A text of a model's: within its length, without links, which nobody asked for and nobody has checked. */
export const said = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((text) => !link.test(text), 'must not hold links');

/** A text that may hold only these placeholders. */
export const saidWith = (max: number, placeholders: readonly string[]) =>
  said(max).refine(
    (text) => [...text.matchAll(/\{\{\s*([^}]*?)\s*\}\}/g)].every(([, name]) => placeholders.includes(name!)),
    `may hold only ${placeholders.map((name) => `{{${name}}}`).join(', ')}`,
  );

/** One of the ids and names that were in the question. */
export const oneOf = (known: readonly string[]) =>
  z.string().refine((text) => known.includes(text), 'must be an id or field from the data');

/** A day that is not over yet. */
export const dayToCome = (today: string) =>
  z
    .string()
    .refine((day) => /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(Date.parse(day)) && day >= today, {
      error: 'must be a date from today on',
    });

export const language = (locale: string): string =>
  locale === 'en' ? 'Write all texts in English.' : 'Write all texts in Brazilian Portuguese.';
