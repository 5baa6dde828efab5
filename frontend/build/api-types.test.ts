import { expect, it } from 'vitest';
import { apiTypes } from './api-types.ts';

it('writes types of objects, choices, lists, maps and references', () => {
  const types = apiTypes({
    components: {
      schemas: {
        Lead: {
          type: 'object',
          description: 'Someone who may buy.',
          required: ['id', 'score', 'tags'],
          properties: {
            id: { type: 'string' },
            score: { anyOf: [{ $ref: '#/components/schemas/Score' }, { type: 'null' }] },
            tags: { type: 'array', items: { type: 'string' } },
            status: { enum: ['new', 'won'], type: 'string' },
            'first.seen': { type: ['string', 'null'], description: 'When' },
            custom: {
              type: 'object',
              additionalProperties: { anyOf: [{ type: 'string' }, { type: 'number' }] },
            },
            parts: { type: 'array', items: { anyOf: [{ type: 'integer' }, { type: 'boolean' }] } },
          },
        },
        Score: { type: 'object', properties: { value: { type: 'integer' } }, required: ['value'] },
      },
    },
  });
  expect(types.slice(types.indexOf('/** Someone'))).toBe(`/** Someone who may buy. */
export type Lead = {
  id: string;
  score: Score | null;
  tags: string[];
  status?: "new" | "won";
  /** When */
  "first.seen"?: string | null;
  custom?: Record<string, string | number>;
  parts?: (number | boolean)[];
};

export type Score = {
  value: number;
};
`);
});
