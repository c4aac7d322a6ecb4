import { maximum } from './math.ts';
import { RandomNumbers } from './random-numbers.ts';
import type { Range } from './range-counts.ts';

/** A free range, both ends included. */
export type Hole = Range;

interface Node {
  first: bigint;
  last: bigint;
  /** Bytes. */
  room: bigint;
  /** The most room that a hole in this subtree has. */
  most: bigint;
  readonly priority: number;
  left: Node | undefined;
  right: Node | undefined;
}

function update(node: Node): Node {
  const { room, left, right } = node;
  node.most = maximum(room, maximum(left?.most ?? room, right?.most ?? room));
  return node;
}

/** [below `first`, from `first` on] */
function split(node: Node | undefined, first: bigint): [Node | undefined, Node | undefined] {
  if (!node) return [undefined, undefined];
  if (node.first < first) {
    const [low, high] = split(node.right, first);
    node.right = low;
    return [update(node), high];
  }
  const [low, high] = split(node.left, first);
  node.left = high;
  return [low, update(node)];
}

function join(low: Node | undefined, high: Node | undefined): Node | undefined {
  if (!low) return high;
  if (!high) return low;
  if (low.priority > high.priority) {
    low.right = join(low.right, high);
    return update(low);
  }
  high.left = join(low, high.left);
  return update(high);
}

function insert(node: Node | undefined, fresh: Node): Node {
  if (!node) return fresh;
  if (fresh.priority > node.priority) {
    [fresh.left, fresh.right] = split(node, fresh.first);
    return update(fresh);
  }
  if (fresh.first < node.first) node.left = insert(node.left, fresh);
  else node.right = insert(node.right, fresh);
  return update(node);
}

function remove(node: Node | undefined, first: bigint): Node | undefined {
  if (!node) return undefined;
  if (node.first === first) return join(node.left, node.right);
  if (first < node.first) node.left = remove(node.left, first);
  else node.right = remove(node.right, first);
  return update(node);
}

/** Gives the hole that begins at `first` other ends; its place among the others stays the same. */
function resize(
  node: Node | undefined,
  first: bigint,
  hole: Hole & { readonly room: bigint },
): void {
  if (!node) return;
  if (node.first === first) {
    node.first = hole.first;
    node.last = hole.last;
    node.room = hole.room;
  } else {
    resize(first < node.first ? node.left : node.right, first, hole);
  }
  update(node);
}

/** All of it. */
export function lengthOf({ first, last }: Hole): bigint {
  return last - first + 1n;
}

/**
 * The free ranges of an address space in ascending order, as a treap in which each node knows the most room that a hole
 * below it has: the lowest hole with enough of it is found in O(log n). What counts as room is the user's business. No
 * library offers an ordered map with such a summary.
 */
export class HoleTree {
  private root: Node | undefined;
  private readonly roomOf: (hole: Hole) => bigint;
  /** Of priorities: balanced in the mean. */
  private readonly random = new RandomNumbers();

  constructor(roomOf = lengthOf) {
    this.roomOf = roomOf;
  }

  /** Nothing of the range is free any more. */
  occupy({ first, last }: Range): void {
    for (let hole = this.intersecting(first, last); hole; hole = this.intersecting(first, last)) {
      this.cut(hole, first, last);
    }
  }

  /** The range, of which nothing was free, is; it grows together with its neighbours. */
  release({ first, last }: Range): void {
    const below = this.intersecting(first - 1n, first - 1n);
    const above = this.intersecting(last + 1n, last + 1n);
    if (below && above) this.root = remove(this.root, above.first);
    const ends = { first: below?.first ?? first, last: above?.last ?? last };
    const neighbour = below ?? above;
    if (neighbour) this.resize(neighbour.first, ends);
    else this.insert(ends);
  }

  /** The hole that this address is in. */
  at(address: bigint): Hole | undefined {
    return this.intersecting(address, address);
  }

  /** The lowest hole that begins above `address` and has at least that much room. */
  firstAbove(address: bigint, room: bigint): Hole | undefined {
    return this.search(this.root, address, room);
  }

  /** The highest hole that shares a byte with the range. */
  private intersecting(first: bigint, last: bigint): Hole | undefined {
    let found: Node | undefined;
    for (let node = this.root; node;) {
      if (node.first > last) {
        node = node.left;
        continue;
      }
      found = node;
      node = node.right;
    }
    return found && found.last >= first ? found : undefined;
  }

  private cut(hole: Hole, first: bigint, last: bigint): void {
    const end = hole.last;
    const below = hole.first < first;
    if (below) this.resize(hole.first, { first: hole.first, last: first - 1n });
    if (end <= last) {
      if (!below) this.root = remove(this.root, hole.first);
      return;
    }
    const rest = { first: last + 1n, last: end };
    if (below) this.insert(rest);
    else this.resize(hole.first, rest);
  }

  private resize(first: bigint, ends: Hole): void {
    resize(this.root, first, { ...ends, room: this.roomOf(ends) });
  }

  private insert({ first, last }: Hole): void {
    const room = this.roomOf({ first, last });
    const priority = this.random.next();
    const ends = { first, last, room, most: room };
    this.root = insert(this.root, { ...ends, priority, left: undefined, right: undefined });
  }

  private search(node: Node | undefined, address: bigint, room: bigint): Hole | undefined {
    if (!node || node.most < room) return undefined;
    if (node.first <= address) return this.search(node.right, address, room);
    const lower = this.search(node.left, address, room);
    if (lower) return lower;
    return node.room >= room ? node : this.search(node.right, address, room);
  }
}
