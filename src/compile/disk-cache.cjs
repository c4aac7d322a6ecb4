/** What was made of files, such as programs, by the hash of what it was made of. */
'use strict';

const { createHash } = require('node:crypto');
const {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} = require('node:fs');
const { join, resolve } = require('node:path');

/** Where tools keep such things. */
const defaultFolder = resolve(__dirname, '../../node_modules/.cache/iommufd-conformance');

/** Switched off by the user. */
const isOff = process.env.IOMMUFD_COMPILE_CACHE === 'off';

/** A tree of this project has an eighth of it. The oldest half goes when there are more. */
const mostEntries = 8000;

function hashOf(...parts) {
  const hash = createHash('sha1');
  // With their lengths: what one part ends with could otherwise be what the next begins with.
  for (const part of parts) hash.update(`${part.length} `).update(part);
  return hash.digest('hex');
}

/**
 * An entry is a file of its own, written aside and renamed, so that processes at the same time see it whole or not at all;
 * its first line is the hash of the rest, so that one that was cut off, or changed, is as good as none. Where nothing can
 * be written nothing is kept, which is no error.
 */
class DiskCache {
  constructor(folder = defaultFolder, most = mostEntries) {
    this.folder = folder;
    this.most = most;
    this.wrote = false;
    this.writable = true;
  }

  /** What write() was given, or undefined. */
  read(key) {
    if (isOff) return undefined;
    try {
      const text = readFileSync(join(this.folder, key), 'utf8');
      const end = text.indexOf('\n');
      const body = text.slice(end + 1);
      return text.slice(0, end) === hashOf(body) ? JSON.parse(body) : undefined;
    } catch {
      return undefined;
    }
  }

  /** `value` is JSON. */
  write(key, value) {
    if (!this.writable || isOff) return;
    const body = JSON.stringify(value);
    const aside = join(this.folder, `${key}.${process.pid}.${Date.now()}`);
    try {
      if (!this.wrote) this.begin();
      writeFileSync(aside, `${hashOf(body)}\n${body}`);
      renameSync(aside, join(this.folder, key));
    } catch {
      this.writable = false;
      discard(aside);
    }
  }

  begin() {
    mkdirSync(this.folder, { recursive: true });
    this.wrote = true;
    process.once('exit', () => this.prune());
  }

  /** Another process may do the same: what is gone is gone. */
  prune() {
    try {
      const files = readdirSync(this.folder).map((name) => join(this.folder, name));
      if (files.length <= this.most) return;
      const byAge = files
        .map((file) => [statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0, file])
        .sort(([one], [other]) => one - other);
      for (const [, file] of byAge.slice(0, -this.most / 2)) rmSync(file, { force: true });
    } catch {
      // The next one will.
    }
  }
}

/** What a full disk left of it, if anything. */
function discard(file) {
  try {
    rmSync(file, { force: true });
  } catch {
    // It never was.
  }
}

module.exports = { DiskCache, hashOf, isOff };
