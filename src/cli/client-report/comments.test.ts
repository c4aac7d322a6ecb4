import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';

import { CommentedProgram } from './comments.ts';

const text = `"use strict";
/** Of all: ABI-01 */ class First {
    /** Starts it. OBJ-02 03 */ constructor(){
        this.a = '}';
    }
    /**
   * Over lines. OBJ-04
   */ static async named(a, { b }) {
    }
    plain() {
    }
    /** ABI-05 */ field = ()=>{
    };
}
/** A number. ABI-06 */ const six = 6;
function after() {
}
/** ABI-07 */ function seven() {
}
`;
const program = new CommentedProgram(text);
const at = (words: string): readonly string[] => program.idsAt(text.indexOf(words));

test('a function is about what the comment above it names, and the class around it', () => {
  deepEqual(at('constructor('), ['OBJ-02', 'OBJ-03', 'ABI-01']);
  deepEqual(at('named('), ['OBJ-04', 'ABI-01']);
  deepEqual(at('()=>'), ['ABI-05', 'ABI-01']);
  deepEqual(at('plain('), ['ABI-01']);
  deepEqual(at('seven('), ['ABI-07']);
});

test('what is above something else, or further up, is not about it', () => {
  deepEqual(at('after('), []);
});
