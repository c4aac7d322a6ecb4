import type { Locator, Page } from 'playwright-core';

/** Where a page of a generator shows what a reader looks for. */
export interface View {
  /** The number of test cases that the first screen tells. */
  cases(page: Page): Promise<number>;
  /** The text of the first screen, with the environment unfolded. */
  overview(page: Page): Promise<string>;
  /** Clicks through the tree, name by name; the last is the scenario. Resolves with where it is shown. */
  follow(page: Page, path: readonly string[]): Promise<Locator>;
  description(shown: Locator): Promise<string>;
}

/** Clicks one name after the other, but none whose child is there already: the click would fold it. */
async function unfoldNodes(tree: Locator, names: readonly string[]): Promise<void> {
  for (const [index, name] of names.entries()) {
    const node = tree.getByText(name, { exact: true }).first();
    await node.waitFor();
    const next = names[index + 1];
    const isOpen = next !== undefined && (await tree.getByText(next, { exact: true }).count()) > 0;
    if (!isOpen) await node.click();
  }
}

/** A page may unfold things by itself, after a while: to click then would fold them. */
function appears(locator: Locator): Promise<boolean> {
  return locator.waitFor({ timeout: 1500 }).then(
    () => true,
    () => false,
  );
}

/** Unfolds a step of a scenario, and in it an attachment, so far as they are folded, until its text is to be seen. */
export async function unfold(
  place: Locator,
  { step, attachment, text }: { step: string; attachment: string; text: RegExp },
): Promise<void> {
  const [outer, inner, content] = [
    place.getByText(step, { exact: true }).first(),
    place.getByText(attachment, { exact: true }).first(),
    // The innermost that has all of it: what colours a text cuts it into pieces.
    place.locator('*').filter({ hasText: text }).last(),
  ];
  await outer.waitFor();
  if (!(await appears(inner))) await outer.click();
  await inner.waitFor();
  if (!(await appears(content))) await inner.click();
  await content.waitFor();
}

/** allure-commandline. */
const allure2: View = {
  cases: async (page) => Number(await page.locator('.splash__title').innerText()),
  async overview(page) {
    await page.locator('.environment-widget__expand').click();
    return page.locator('.app__content').innerText();
  },
  async follow(page, path) {
    await page.locator('.side-nav__menu a[href="#suites"]').click();
    await unfoldNodes(page.locator('.side-by-side__left'), path);
    const shown = page.locator('.test-result', { hasText: path.at(-1) ?? '' });
    await shown.waitFor();
    return shown;
  },
  description: (shown) => shown.locator('.description__text').innerText(),
};

/** The npm package allure. */
const allure3: View = {
  cases: async (page) =>
    Number(await page.getByTestId('metadata-item-total').getByTestId('metadata-value').innerText()),
  async overview(page) {
    await page.getByTestId('metadata-list').waitFor();
    return page.locator('#app').innerText();
  },
  async follow(page, path) {
    await unfoldNodes(page.locator('#app section').first(), path);
    await page.getByTestId('test-result-info-title').waitFor();
    return page.getByTestId('base-layout');
  },
  description: (shown) =>
    shown.getByTestId('test-result-description-frame').contentFrame().locator('body').innerText(),
};

export const views = { 'allure-commandline': allure2, allure: allure3 } as const;
