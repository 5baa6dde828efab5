import type { Browser, BrowserContextOptions } from 'playwright-core';

/** What a first visit to a page was like. */
export interface Visit {
  /** First contentful paint, in milliseconds after the navigation began. */
  paintMs: number;
  /** When the largest text or picture of the first screen was painted. */
  largestMs: number;
  /** Blocked time: what tasks after the first paint took beyond 50 ms each, added up, as Lighthouse counts it. */
  blockedMs: number;
  /** Requests until the page was quiet, the page's own among them. */
  requests: number;
  /** All layout shifts that no input explains, added up. */
  shift: number;
  /** Scripts that came until the page was quiet, compressed as they travelled, in kilobytes. */
  scriptKb: number;
}

/** Lighthouse's slow 4G on a phone: 150 ms to the server, 1.6 Mbit/s down and 750 kbit/s up, a processor a quarter as fast. */
const line = { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 750e3 / 8 };
const slowdown = 4;

/** Opens a page for the first time on a slow phone, with an empty cache, and waits until it is quiet. */
export async function slowVisit(
  browser: Browser,
  address: string,
  storageState: BrowserContextOptions['storageState'],
): Promise<Visit> {
  const context = await browser.newContext({
    storageState,
    viewport: { width: 412, height: 823 },
    isMobile: true,
    hasTouch: true,
  });
  try {
    const page = await context.newPage();
    let requests = 0;
    page.on('request', () => {
      requests++;
    });
    await page.addInitScript(watchTasks);
    const devtools = await context.newCDPSession(page);
    await devtools.send('Network.enable');
    await devtools.send('Network.emulateNetworkConditions', line);
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
    await page.goto(address);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForLoadState('networkidle');
    return { ...(JSON.parse(await page.evaluate(measure)) as Omit<Visit, 'requests'>), requests };
  } finally {
    await context.close();
  }
}

/** Runs before the page's own scripts: long tasks are not told afterwards. */
const watchTasks = `{
  window.longTasks = [];
  new PerformanceObserver((list) => window.longTasks.push(...list.getEntries())).observe({ type: 'longtask', buffered: true });
}`;

/** Runs in the page, which is no part of this program's types. */
const measure = `new Promise((resolve, reject) => {
  if (!PerformanceObserver.supportedEntryTypes.includes('layout-shift')) reject(new Error('this browser measures no layout shift'));
  let shift = 0;
  let largest = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) largest = entry.startTime;
  }).observe({ type: 'largest-contentful-paint', buffered: true });
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) shift += entry.value;
  });
  observer.observe({ type: 'layout-shift', buffered: true });
  requestAnimationFrame(() => requestAnimationFrame(() => {
    const [paint] = performance.getEntriesByName('first-contentful-paint');
    if (!paint) reject(new Error('nothing was painted'));
    const scripts = performance.getEntriesByType('resource').filter(({ name }) => /\\.js(\\?|$)/.test(name));
    if (largest === 0) reject(new Error('no largest paint was told'));
    const late = window.longTasks.filter(({ startTime }) => startTime >= paint.startTime);
    resolve(JSON.stringify({
      paintMs: Math.round(paint.startTime),
      largestMs: Math.round(largest),
      blockedMs: Math.round(late.reduce((sum, { duration }) => sum + duration - 50, 0)),
      shift: Number(shift.toFixed(4)),
      scriptKb: Math.round(scripts.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0) / 1000),
    }));
  }));
})`;
