import { expect, it } from 'vitest';
import { apiTypes } from './api-types.ts';

const json = (schema: object) => ({ content: { 'application/json': { schema } } });

it('writes what operations take and answer, and types of objects, choices, lists, maps and references', () => {
  const types = apiTypes({
    paths: {
      '/api/v1/leads/{id}': {
        get: { responses: { 200: json({ $ref: '#/components/schemas/Lead' }) } },
        patch: {
          requestBody: json({ type: 'object', properties: { name: { type: 'string' } } }),
          responses: { 200: json({ $ref: '#/components/schemas/Lead' }) },
        },
        delete: { responses: { 204: json({ type: 'null' }) } },
      },
      '/health': { get: {} },
    },
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
        Unused: { type: 'string' },
        Score: { type: 'object', properties: { value: { type: 'integer' } }, required: ['value'] },
      },
    },
  });
  expect(
    types.slice(types.indexOf('/** What')),
  ).toBe(`/** What each operation of the API takes and answers. */
export type Api = {
  'DELETE /leads/{id}': { answer: undefined };
  'GET /leads/{id}': { answer: Lead };
  'PATCH /leads/{id}': { body: {
      name?: string;
    }; answer: Lead };
};

/** Someone who may buy. */
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
