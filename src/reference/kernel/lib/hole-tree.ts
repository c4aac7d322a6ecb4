import { maximum } from './math.ts';

/** A free range, both ends included. */
export interface Hole {
  readonly first: bigint;
  readonly last: bigint;
}

interface Node extends Hole {
  readonly priority: number;
  left: Node | undefined;
  right: Node | undefined;
  /** Length of the longest hole in this subtree, bytes. */
  longest: bigint;
}

function lengthOf(hole: Hole): bigint {
  return hole.last - hole.first + 1n;
}

function update(node: Node): Node {
  let longest = lengthOf(node);
  if (node.left) longest = maximum(longest, node.left.longest);
  if (node.right) longest = maximum(longest, node.right.longest);
  node.longest = longest;
  return node;
}

/** [below `first`, from `first` on] */
function split(
  node: Node | undefined,
  first: bigint,
): [low: Node | undefined, high: Node | undefined] {
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

/**
 * The free ranges of an address space in ascending order, as a treap in which each node knows the longest hole below it:
 * the lowest hole of a given length is found in O(log n). No library offers an ordered map with such a summary.
 */
export class HoleTree {
  private root: Node | undefined;
  private random = 0x9e3779b9;

  insert(hole: Hole): void {
    const [low, high] = split(this.root, hole.first);
    const node: Node = {
      ...hole,
      priority: this.nextPriority(),
      left: undefined,
      right: undefined,
      longest: lengthOf(hole),
    };
    this.root = join(join(low, node), high);
  }

  remove(hole: Hole): void {
    const [low, rest] = split(this.root, hole.first);
    const [, high] = split(rest, hole.first + 1n);
    this.root = join(low, high);
  }

  /** The hole that begins highest without being above `address`. */
  atOrBelow(address: bigint): Hole | undefined {
    let found: Node | undefined;
    let node = this.root;
    while (node) {
      if (node.first <= address) found = node;
      node = node.first <= address ? node.right : node.left;
    }
    return found;
  }

  /** The lowest hole that begins above `address` and is at least `length` bytes long. */
  firstAbove(address: bigint, length: bigint): Hole | undefined {
    return this.search(this.root, address, length);
  }

  private search(node: Node | undefined, address: bigint, length: bigint): Hole | undefined {
    if (!node || node.longest < length) return undefined;
    if (node.first <= address) return this.search(node.right, address, length);
    const lower = this.search(node.left, address, length);
    if (lower) return lower;
    return lengthOf(node) >= length ? node : this.search(node.right, address, length);
  }

  /** xorshift32: balanced in the mean, and the same in each run. */
  private nextPriority(): number {
    this.random ^= this.random << 13;
    this.random ^= this.random >>> 17;
    this.random ^= this.random << 5;
    return this.random;
  }
}
