import { gunzipSync, gzipSync } from 'node:zlib';

/**
 * The pages of both generators hold their data as calls `d("data/suites.json", "<base64>")` in one script, which the
 * rest of the page waits for. Unfolded by the browser from a gzip of a tenth of that, the page is small enough to mail.
 */
const call = /\bd\((["'])([^"']+)\1, *(["'])([A-Za-z0-9+/=]*)\3\)/g;
const list = /(Promise\.allSettled\()\[[^\]]*\](\)\s*\.then\(function ?\(\) ?\{)/;

/** Names and contents, the latter in base64 as the page's own script wants them. */
type Data = Readonly<Record<string, string>>;

/** Of a page as its generator made it. */
function dataOf(html: string): Data {
  const [script = ''] = list.exec(html) ?? [];
  const found = [...script.matchAll(call)];
  return Object.fromEntries(found.map(([, , name = '', , value = '']) => [name, value] as const));
}

const packedScript = /<script type="application\/gzip" id="packed">([^<]*)<\/script>/;

/** Run by the browser: as any of these data can be text of any language, they are decoded to bytes, not to characters. */
function unpackScript(): string {
  return `(async () => {
        const packed = document.getElementById('packed').textContent;
        if (!('DecompressionStream' in window)) {
          document.body.textContent = 'This browser cannot unpack the report: it has no DecompressionStream.';
          return;
        }
        const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
        const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
        const texts = JSON.parse(await new Response(stream).text());
        for (const [name, text] of Object.entries(texts)) await d(name, btoa(text));
      })()`;
}

/**
 * Both generators write for wide screens. Below 700 pixels Allure 2 gets its navigation above what it navigates, and the
 * scenario below the list; the text of a scenario is wrapped rather than pushed aside. Allure 2 shows a description plain.
 */
const style = `<style>
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  .description__text > * { margin: 0 0 12px; line-height: 1.4; }
  .description__text b { font-weight: bold; }
  .description__text i { font-style: italic; }
  .description__text pre, .description__text code { font-family: monospace; }
  @media (max-width: 700px) {
    .app, .side-by-side { flex-direction: column !important; }
    .app__nav, .side-nav { width: 100% !important; height: auto !important; }
    .side-nav__head, .side-nav__footer, .side-nav__text, .gutter { display: none !important; }
    .side-nav__menu { display: flex; justify-content: space-between; width: 100%; margin: 0; }
    .side-nav__link { margin: 0 !important; padding: 0 !important; }
    .side-nav__icon-lane { width: 40px !important; min-width: 0 !important; flex-basis: 40px !important; justify-content: center; }
    .app__content { width: 100%; min-height: 0; flex: 1; }
    .side-by-side__left, .side-by-side__right { width: 100% !important; height: 50%; }
    .widgets-grid__col, .widget { width: auto !important; min-width: 0 !important; }
    .widget__flex-line, .tree__ctrl { flex-wrap: wrap; }
    .pane__title, .pane__search { min-width: 0; flex-shrink: 1; }
  }
</style>`;

/** The same page with its data in one compressed piece. Throws where there is none: the generator is not the one we know. */
export function pack(html: string): string {
  const data = dataOf(html);
  if (Object.keys(data).length === 0)
    throw new Error('the page holds no data that it calls d() for');
  // Bytes as characters, which btoa() takes; base64 in a gzip would hide what is alike.
  const texts = Object.fromEntries(
    Object.entries(data).map(([name, value]) => [
      name,
      Buffer.from(value, 'base64').toString('latin1'),
    ]),
  );
  const packed = gzipSync(JSON.stringify(texts), { level: 9 }).toString('base64');
  return html
    .replace(list, (_, before: string, after: string) => `${before}[${unpackScript()}]${after}`)
    .replace(
      '</head>',
      () => `${style}\n<script type="application/gzip" id="packed">${packed}</script>\n</head>`,
    );
}

function packedData(html: string): Data | undefined {
  const [, packed] = packedScript.exec(html) ?? [];
  if (packed === undefined) return undefined;
  return JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString()) as Data;
}

/** How many test cases a page of either generator holds, packed or not: each is a JSON file of its own in there. */
export function casesIn(html: string): number {
  const names = Object.keys(packedData(html) ?? dataOf(html));
  return names.filter((name) => /^data\/test-(cases|results)\//.test(name)).length;
}
