import { expect, it } from 'vitest';
import { prunedSchema } from './graphql.ts';

const published = `
  """Everything"""
  type Query { app(id: ID!, where: Where): App, other: Other }
  interface Node { id: ID! }
  "An app"
  type App implements Node { id: ID!, state: State! @deprecated(reason: "old"), owner: Owner, secret: String }
  type Owner { id: ID!, name: String! }
  type Other { id: ID! }
  enum State { "It runs" UP DOWN }
  input Where { not: Where, at: Date = null }
  scalar Date
  scalar Unused
`;

it('keeps the fields that are asked for and all that can be given to them, without prose', () => {
  expect(
    prunedSchema(published, ['query ($w: Where) { app(id: 1, where: $w) { state owner { name } } }']),
  ).toBe(`type Query {
  app(id: ID!, where: Where): App
}

type App {
  state: State!
  owner: Owner
}

type Owner {
  name: String!
}

enum State {
  UP
  DOWN
}

input Where {
  not: Where
  at: Date = null
}

scalar Date
`);
});

it('refuses a field that is not published', () => {
  expect(() => prunedSchema(published, ['{ app(id: 1) { invented } }'])).toThrow(/invented/);
});
