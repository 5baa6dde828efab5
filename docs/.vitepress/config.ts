import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { defineConfig } from 'vitepress';
import { page, pagesOf } from './pages.ts';

const docs = join(import.meta.dirname, '..');
const repository = process.env.DOCS_REPOSITORY ?? 'https://github.com/example/conductor-crm';
/** What a guide is about, in the order in which a newcomer needs them; further ones follow by name. */
const start = ['your-own-project', 'your-application'];
const places = ['this-machine', 'railway', 'render', 'digitalocean', 'own-server', 'deploy-on-push'];

/** The documentation as a site. `npm run docs-site` builds it; a link that leads nowhere fails the build. */
export default defineConfig({
  title: 'Conductor',
  description:
    'Deploys an application of several services, and rolls back by itself when a release turns bad.',
  base: process.env.DOCS_BASE ?? '/',
  srcExclude: ['README.md', 'node_modules/**'],
  rewrites: { 'decisions/README.md': 'decisions/index.md' },
  cleanUrls: true,
  ignoreDeadLinks: 'localhostLinks',
  markdown: {
    // The anchors that GitHub makes, so that a link works on both.
    anchor: {
      slugify: (heading) =>
        heading
          .toLowerCase()
          .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
          .replaceAll(/\s/g, '-'),
    },
    config(md) {
      // A diagram is drawn by the component, from the same text that GitHub draws.
      const fence = md.renderer.rules.fence!;
      md.renderer.rules.fence = (tokens, at, options, env, self) => {
        const { info, content } = tokens[at]!;
        if (info.trim() !== 'mermaid') return fence(tokens, at, options, env, self);
        return `<Diagram text="${encodeURIComponent(content)}" />`;
      };
      // Code that is indented is code, too: Vue is to leave its {{ }} alone, as it does in a fence.
      md.renderer.rules.code_block = (tokens, at, options, env, self) => {
        tokens[at]!.info = 'text';
        return fence(tokens, at, options, env, self);
      };
      // Two braces are text here, and no expression of Vue's.
      for (const rule of ['text', 'code_inline'] as const) {
        const render = md.renderer.rules[rule]!;
        md.renderer.rules[rule] = (...all) => (render(...all) as string).replaceAll('{{', '&#123;&#123;');
      }
      // What lies outside docs/ is no page of the site: its link leads to the repository.
      md.core.ruler.push('links-to-the-repository', ({ tokens, env }) => {
        for (const token of tokens.flatMap(({ children }) => children ?? [])) {
          const href = token.attrGet('href');
          if (token.type !== 'link_open' || href === null || /^[a-z]+:|^[#/]/.test(href)) continue;
          const [path = '', anchor] = href.split('#');
          const target = join(env.path, '..', path);
          const inside = relative(join(docs, '..'), target);
          if (relative(docs, target).startsWith('..') && existsSync(target)) {
            token.attrSet('href', `${repository}/blob/main/${inside}${anchor ? `#${anchor}` : ''}`);
          }
        }
      });
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Quick start', link: '/quick-start' },
      { text: 'Concepts', link: '/concepts' },
      { text: 'Commands', link: '/reference/cli' },
      { text: 'Errors', link: '/reference/errors' },
    ],
    sidebar: [
      {
        text: 'Start',
        items: [page('quick-start'), page('concepts'), ...start.map((name) => page(`guides/${name}`))],
      },
      { text: 'Where it runs', items: places.map((name) => page(`guides/${name}`)) },
      {
        text: 'Guides',
        items: [
          ...pagesOf('guides').filter(
            ({ link }) => ![...start, ...places].includes(link.slice('/guides/'.length)),
          ),
          page('DOMAIN_SETUP'),
        ],
      },
      {
        text: 'When something is wrong',
        items: [page('reference/errors'), page('RUNBOOK'), page('DEPLOY_CHECKLIST')],
      },
      {
        text: 'Reference',
        items: [...pagesOf('reference', ['cli', 'config', 'checks']), page('dictionary')],
      },
      { text: 'Decisions', collapsed: true, items: pagesOf('decisions') },
    ],
    socialLinks: [{ icon: 'github', link: repository }],
  },
});
