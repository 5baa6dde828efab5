import {
  buildASTSchema,
  type DefinitionNode,
  type FieldDefinitionNode,
  getNamedType,
  Kind,
  parse,
  print,
  TypeInfo,
  type TypeNode,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/**
 * A GraphQL schema with the fields that some documents ask for, and the whole of what is given to these: a field's arguments
 * and the input types and enums that they lead to. Without descriptions and directives.
 */
export function prunedSchema(sdl: string, documents: readonly string[]): string {
  const published = parse(sdl, { noLocation: true });
  const definitions = new Map(
    published.definitions.flatMap((one) =>
      'name' in one && one.name ? [[one.name.value, one] as const] : [],
    ),
  );
  // Railway calls a field deprecated that its interface does not, hence `assumeValid`.
  const types = new TypeInfo(buildASTSchema(published, { assumeValid: true }));
  const fields = new Map<string, Set<string>>();
  const given = new Set<string>();

  /** A type of what is sent: all of it can be. */
  const give = (name: string): void => {
    if (given.has(name)) return;
    given.add(name);
    const definition = definitions.get(name);
    if (definition?.kind !== Kind.INPUT_OBJECT_TYPE_DEFINITION) return;
    for (const { type } of definition.fields ?? []) give(nameOf(type));
  };
  const ask = (type: string, field: string): void => {
    fields.set(type, (fields.get(type) ?? new Set()).add(field));
    const definition = definitions.get(type);
    if (definition?.kind !== Kind.OBJECT_TYPE_DEFINITION) {
      throw new Error(`graphql.ts prunes objects alone, and ${type} is none`);
    }
    const found = definition.fields?.find(({ name }) => name.value === field);
    for (const argument of found?.arguments ?? []) give(nameOf(argument.type));
  };
  const reading = visitWithTypeInfo(types, {
    Field(node) {
      const parent = types.getParentType();
      const field = types.getFieldDef();
      if (!parent || !field) throw new Error(`not in the published schema: ${node.name.value}`);
      ask(parent.name, node.name.value);
      const of = getNamedType(field.type).name;
      if (!node.selectionSet) given.add(of);
    },
  });
  for (const document of documents) visit(parse(document), reading);

  const kept = [...definitions].flatMap(([name, definition]): DefinitionNode[] => {
    const asked = fields.get(name);
    if (definition.kind === Kind.OBJECT_TYPE_DEFINITION && asked) {
      const some = definition.fields?.filter((field) => asked.has(field.name.value)) ?? [];
      return [{ ...definition, interfaces: [], fields: some satisfies readonly FieldDefinitionNode[] }];
    }
    return given.has(name) ? [definition] : [];
  });
  const shapes = visit(
    { kind: Kind.DOCUMENT, definitions: kept },
    {
      enter(node) {
        if (!('directives' in node) && !('description' in node)) return undefined;
        return { ...node, description: undefined, directives: [] };
      },
    },
  );
  return `${print(shapes)}\n`;
}

const nameOf = (type: TypeNode): string =>
  type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type);
