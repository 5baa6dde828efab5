const folders = { lead: 'leads', contact: 'contacts', company: 'companies', deal: 'deals' } as const;

/** The address of a record's screen. */
export const placeOf = ({ entity, id }: { entity: keyof typeof folders; id: string }): string =>
  `/${folders[entity]}/${id}`;
