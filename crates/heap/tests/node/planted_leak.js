// Writes heap snapshots of a process with a planted leak, for tests and measurements.
//
//   node planted_leak.js FILE [OBJECTS]            one snapshot, after the leak
//   node planted_leak.js BEFORE AFTER [OBJECTS]    also one before it
//
// A service keeps a session for each request in a Map and never forgets one. Around it there is what
// a healthy service has: a bounded cache, a WeakMap, a linked list, closures, typed arrays.
'use strict';
const v8 = require('node:v8');

class Session {
  constructor(number) {
    this.user = `user-${number}`;
    this.headers = { accept: 'text/html', cookie: `id=${number}` };
    this.onClose = () => this.user;
  }
}

class CacheEntry {
  constructor(number) {
    this.body = Buffer.alloc(64, number);
    this.next = null;
  }
}

class SessionRegistry {
  constructor() {
    this.open = new Map();
  }
  register(number) {
    this.open.set(`session:${number}`, new Session(number));
  }
}

const files = process.argv.slice(2).filter((argument) => !/^\d+$/.test(argument));
const objects = Number(process.argv.slice(2).find((argument) => /^\d+$/.test(argument)) ?? 250000);

const registry = new SessionRegistry();
globalThis.registry = registry;
globalThis.notes = new WeakMap();
globalThis.cache = null;
for (let number = 0; number < 2000; number++) {
  const entry = new CacheEntry(number);
  entry.next = globalThis.cache;
  globalThis.cache = entry;
  globalThis.notes.set(entry, { seen: number, text: 'x'.repeat(number % 50) });
}

if (files.length > 1) v8.writeHeapSnapshot(files[0]);
for (let number = 0; number < objects; number++) registry.register(number);
v8.writeHeapSnapshot(files.at(-1));
