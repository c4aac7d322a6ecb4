import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';

/** A page that was opened in a browser, and what it did beyond being shown. */
export interface Opened {
  readonly page: Page;
  /** URLs that it asked others for. */
  readonly requests: readonly string[];
  /** What its scripts stumbled over. */
  readonly errors: readonly string[];
}

const names = ['chromium', 'chromium-browser', 'google-chrome'];

/** The distribution's Chromium. `IOMMUFD_BROWSER` names another one. */
export function findBrowser(): string | undefined {
  const { IOMMUFD_BROWSER: named, PATH = '' } = process.env;
  if (named !== undefined) return named;
  const places = PATH.split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  return places.find((place) => existsSync(place));
}

export function startBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath });
}

export async function open(browser: Browser, file: string): Promise<Opened> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(20_000);
  const requests: string[] = [];
  const errors: string[] = [];
  page.on('request', (request) => {
    if (!/^(file|data|blob):/.test(request.url())) requests.push(request.url());
  });
  page.on('websocket', (socket) => requests.push(socket.url()));
  page.on('pageerror', ({ message }) => errors.push(message));
  await page.goto(pathToFileURL(file).href);
  return { page, requests, errors };
}

/**
 * What reaches beyond the right edge, and cannot be scrolled to within what holds it. A text, as it is the browser's
 * code: the types of a browser would hold for all of this project.
 */
const overflow = `(() => {
  const isHeld = (element) =>
    element !== null &&
    element !== document.body &&
    (getComputedStyle(element).overflowX !== 'visible' || isHeld(element.parentElement));
  const scrolls = document.documentElement.scrollWidth > innerWidth ? ['the page scrolls'] : [];
  const wide = [...document.body.querySelectorAll('*')]
    .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
    .filter((element) => !isHeld(element.parentElement));
  return [...scrolls, ...wide.map((element) => element.outerHTML.slice(0, 80))];
})()`;

export function overflowing({ page }: Opened): Promise<string[]> {
  return page.evaluate(overflow);
}

/** How many elements there are that only the markup of fixtures/warns.ts can have made. */
export async function obeyed({ page }: Opened): Promise<number> {
  const counts = page.frames().map((frame) => frame.locator('img[src="x"]').count());
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

/** The lightest of the three colours behind everything: 0 … 255. */
export async function brightness({ page }: Opened): Promise<number> {
  const colour: string = await page.evaluate('getComputedStyle(document.body).backgroundColor');
  return Math.max(...(colour.match(/\d+/g) ?? ['255']).slice(0, 3).map(Number));
}
