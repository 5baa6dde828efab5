import { expect, it } from 'vitest';
import { shapeOf } from './json-schema.ts';

it('leaves out what is written for people, and no property that is called the same', () => {
  const schema = {
    title: 'App',
    type: 'object',
    required: ['title'],
    properties: {
      title: { type: 'string', description: 'Its name', example: 'crm', pattern: '^a' },
      default: { anyOf: [{ enum: ['title'], default: 'title' }, { $ref: '#/definitions/other' }] },
    },
    definitions: { other: { description: 'Other', type: 'array', items: { format: 'uri', title: 'One' } } },
  };
  expect(shapeOf(schema)).toEqual({
    type: 'object',
    required: ['title'],
    properties: {
      title: { type: 'string', pattern: '^a' },
      default: { anyOf: [{ enum: ['title'] }, { $ref: '#/definitions/other' }] },
    },
    definitions: { other: { type: 'array', items: { format: 'uri' } } },
  });
});

it('refuses a word that it does not know', () => {
  expect(() => shapeOf({ properties: { a: { contains: { type: 'string' } } } })).toThrow(/"contains"/);
});
