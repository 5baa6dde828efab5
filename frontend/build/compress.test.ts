import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compress } from './compress.ts';

describe('the compression of a build', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'conductor-compress-'));
    writeFileSync(join(root, 'index.html'), '<script type="module" src="/main.js"></script>');
    mkdirSync(join(root, 'public'));
    writeFileSync(join(root, 'public/mark.svg'), '<svg/>');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const run = (main: string) => {
    writeFileSync(join(root, 'main.js'), main);
    return build({ root, configFile: false, logLevel: 'silent', plugins: [compress()] });
  };

  it('stands beside every text file, those that were only copied too', async () => {
    await run('document.title = "here"');
    for (const file of ['index.html.br', 'index.html.gz', 'mark.svg.br'])
      expect(existsSync(join(root, 'dist', file)), file).toBe(true);
  });

  it('leaves a failed build its own error', async () => {
    await expect(run('import "./missing.js"')).rejects.toThrow(/missing\.js/);
  });
});
