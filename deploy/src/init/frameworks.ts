/** A library by which it is known what a package serves, and how it is started where its scripts do not say. */
export interface Framework {
  readonly title: string;
  /** Any of these; the first framework that fits counts. */
  readonly libraries: readonly string[];
  /** Without one of these it only makes files, in the folder of `static`. */
  readonly server?: RegExp;
  /** What `start` needs, where something else is there. */
  readonly adapter?: string;
  readonly start?: string;
  /** Folder of the files that its build makes, where they need no server. */
  readonly static?: string;
  /** The browser makes the pages: every path is answered by index.html. */
  readonly singlePage?: true;
  readonly build?: string;
}

export const frameworks: readonly Framework[] = [
  { title: 'Next.js', libraries: ['next'], start: 'next start', build: 'next build' },
  {
    title: 'Nuxt',
    libraries: ['nuxt', 'nuxt3'],
    start: 'node .output/server/index.mjs',
    build: 'nuxt build',
  },
  { title: 'Nest', libraries: ['@nestjs/core'], start: 'node dist/main', build: 'nest build' },
  {
    title: 'React Router',
    libraries: ['@react-router/serve'],
    start: 'react-router-serve ./build/server/index.js',
    build: 'react-router build',
  },
  { title: 'Remix', libraries: ['@remix-run/serve'], start: 'remix-serve ./build/server/index.js' },
  {
    title: 'SvelteKit',
    libraries: ['@sveltejs/kit'],
    server: /^@sveltejs\/adapter-(?!static)/,
    adapter: '@sveltejs/adapter-node',
    start: 'node build',
    static: 'build',
    build: 'vite build',
  },
  {
    title: 'Astro',
    libraries: ['astro'],
    server: /^@astrojs\/(node|netlify|vercel|cloudflare)$/,
    adapter: '@astrojs/node',
    start: 'node dist/server/entry.mjs',
    static: 'dist',
    build: 'astro build',
  },
  { title: 'Strapi', libraries: ['@strapi/strapi'], start: 'strapi start', build: 'strapi build' },
  { title: 'Fastify', libraries: ['fastify'], start: '' },
  { title: 'Express', libraries: ['express'], start: '' },
  { title: 'Koa', libraries: ['koa'], start: '' },
  { title: 'Hono', libraries: ['@hono/node-server', 'hono'], start: '' },
  { title: 'hapi', libraries: ['@hapi/hapi'], start: '' },
  { title: 'a GraphQL server', libraries: ['@apollo/server', 'apollo-server', 'graphql-yoga'], start: '' },
  { title: 'Socket.IO', libraries: ['socket.io', 'ws'], start: '' },
  {
    title: 'Create React App',
    libraries: ['react-scripts'],
    server: /^$/,
    static: 'build',
    singlePage: true,
    build: 'react-scripts build',
  },
  { title: 'Gatsby', libraries: ['gatsby'], server: /^$/, static: 'public', build: 'gatsby build' },
  {
    title: 'Docusaurus',
    libraries: ['@docusaurus/core'],
    server: /^$/,
    static: 'build',
    build: 'docusaurus build',
  },
  { title: 'Eleventy', libraries: ['@11ty/eleventy'], server: /^$/, static: '_site', build: 'eleventy' },
  {
    title: 'VitePress',
    libraries: ['vitepress'],
    server: /^$/,
    static: '.vitepress/dist',
    build: 'vitepress build',
  },
  {
    title: 'Angular',
    libraries: ['@angular/cli'],
    server: /^@angular\/ssr$/,
    static: 'dist',
    singlePage: true,
    build: 'ng build',
  },
  {
    title: 'Vue CLI',
    libraries: ['@vue/cli-service'],
    server: /^$/,
    static: 'dist',
    singlePage: true,
    build: 'vue-cli-service build',
  },
  { title: 'Vite', libraries: ['vite'], server: /^$/, static: 'dist', singlePage: true, build: 'vite build' },
  {
    title: 'Parcel',
    libraries: ['parcel'],
    server: /^$/,
    static: 'dist',
    singlePage: true,
    build: 'parcel build',
  },
];

/** Libraries of what works without being asked by visitors. */
export const workerLibraries = [
  'bullmq',
  'bull',
  'bee-queue',
  'agenda',
  'node-cron',
  'cron',
  'croner',
  'discord.js',
  'telegraf',
  'grammy',
  'amqplib',
  'kafkajs',
  '@temporalio/worker',
  'graphile-worker',
  'pg-boss',
];
