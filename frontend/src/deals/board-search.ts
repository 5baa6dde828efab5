const id = /^[0-9a-f]{24}$/;

/** What the address of the board says: which pipeline, and whether (and in which stage) a new deal is begun. */
export interface BoardSearch {
  pipeline?: string;
  new?: string;
}

export function parseBoardSearch({ pipeline, new: create }: Record<string, unknown>): BoardSearch {
  return {
    ...(typeof pipeline === 'string' && id.test(pipeline) && { pipeline }),
    ...(typeof create === 'string' && (create === 'any' || id.test(create)) && { new: create }),
  };
}
