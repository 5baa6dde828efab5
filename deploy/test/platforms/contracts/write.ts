import { writeFileSync } from 'node:fs';
import { make, namesIn } from './contracts.ts';
import { missing, published } from './published.ts';
import { fileOf } from './stored.ts';

// Writes the contracts from the platforms' published schemas: `npm run contracts -w deploy [-- FOLDER]`.
const from = process.argv[2] ?? published;
if (!process.argv[2] && missing) {
  console.error(`${missing}. README.md here says where each is published.`);
  process.exit(2);
}
for (const name of namesIn(from)) {
  const text = make(name, from);
  writeFileSync(fileOf(name), text);
  console.log(`${name}: ${text.split('\n').length - 1} lines, ${text.length} characters`);
}
