/**
 * A set of numbers kept as runs of neighbours, in a balanced tree: adding, removing and "first number from here on that is not
 * in the set" all take O(log n) for n runs, and a set of 60 000 neighbours is one node. Values are immutable: every change makes a
 * new tree that shares all but the path to the change, so that a failed commit is undone by keeping the old one.
 */
export interface Runs {
  readonly root: Node | undefined;
  /** How many numbers are in the set. */
  readonly size: bigint;
}

interface Node {
  readonly first: bigint;
  readonly last: bigint;
  readonly left: Node | undefined;
  readonly right: Node | undefined;
  readonly height: number;
}

interface Run {
  readonly first: bigint;
  readonly last: bigint;
}

export const noRuns: Runs = { root: undefined, size: 0n };

/** The lowest number ≥ `from` that is not in the set. */
export function firstGap(runs: Runs, from: bigint): bigint {
  const run = runAtOrBelow(runs.root, from);
  return run && run.last >= from ? run.last + 1n : from;
}

export function hasNumber(runs: Runs, value: bigint): boolean {
  const run = runAtOrBelow(runs.root, value);
  return run !== undefined && run.last >= value;
}

/** The set with `value`; the same one when it is in it already. */
export function addNumber(runs: Runs, value: bigint): Runs {
  const size = runs.size + 1n;
  const below = runAtOrBelow(runs.root, value);
  if (below && below.last >= value) return runs;
  const above = runAtOrBelow(runs.root, value + 1n);
  const isAbove = above !== undefined && above.first === value + 1n;
  if (below && below.last === value - 1n) {
    const root = isAbove ? removeNode(runs.root, above.first) : runs.root;
    return { root: replaceNode(root, below.first, { first: below.first, last: isAbove ? above.last : value }), size };
  }
  if (isAbove) return { root: replaceNode(runs.root, above.first, { first: value, last: above.last }), size };
  return { root: insertNode(runs.root, { first: value, last: value }), size };
}

/** The set without `value`; the same one when it is not in it. */
export function removeNumber(runs: Runs, value: bigint): Runs {
  const size = runs.size - 1n;
  const run = runAtOrBelow(runs.root, value);
  if (!run || run.last < value) return runs;
  const { first, last } = run;
  if (first === last) return { root: removeNode(runs.root, first), size };
  if (first === value) return { root: replaceNode(runs.root, first, { first: value + 1n, last }), size };
  const root = replaceNode(runs.root, first, { first, last: value - 1n });
  return { root: last === value ? root : insertNode(root, { first: value + 1n, last }), size };
}

/** The run with the highest start ≤ `value`. */
function runAtOrBelow(root: Node | undefined, value: bigint): Run | undefined {
  let found: Run | undefined;
  for (let node = root; node; ) {
    if (node.first > value) node = node.left;
    else {
      found = node;
      node = node.right;
    }
  }
  return found;
}

function insertNode(node: Node | undefined, run: Run): Node {
  if (!node) return { ...run, left: undefined, right: undefined, height: 1 };
  return run.first < node.first
    ? balance(node, insertNode(node.left, run), node.right)
    : balance(node, node.left, insertNode(node.right, run));
}

/** The tree with `run` where the one that starts at `first` was; their order stays, and so does the tree's shape. */
function replaceNode(node: Node | undefined, first: bigint, run: Run): Node | undefined {
  if (!node) return undefined;
  if (first < node.first) return join(node, replaceNode(node.left, first, run), node.right);
  if (first > node.first) return join(node, node.left, replaceNode(node.right, first, run));
  return join(run, node.left, node.right);
}

/** The tree without the run that starts at `first`. */
function removeNode(node: Node | undefined, first: bigint): Node | undefined {
  if (!node) return undefined;
  if (first < node.first) return balance(node, removeNode(node.left, first), node.right);
  if (first > node.first) return balance(node, node.left, removeNode(node.right, first));
  if (!node.left) return node.right;
  if (!node.right) return node.left;
  const next = lowest(node.right);
  return balance(next, node.left, removeNode(node.right, next.first));
}

function lowest(node: Node): Node {
  let found = node;
  while (found.left) found = found.left;
  return found;
}

const heightOf = (node: Node | undefined): number => node?.height ?? 0;

function join({ first, last }: Run, left: Node | undefined, right: Node | undefined): Node {
  return { first, last, left, right, height: 1 + Math.max(heightOf(left), heightOf(right)) };
}

/** AVL: no node has children whose heights differ by more than one. */
function balance(run: Run, left: Node | undefined, right: Node | undefined): Node {
  if (left && heightOf(left) > heightOf(right) + 1) {
    if (heightOf(left.left) >= heightOf(left.right) || !left.right) {
      return join(left, left.left, join(run, left.right, right));
    }
    const middle = left.right;
    return join(middle, join(left, left.left, middle.left), join(run, middle.right, right));
  }
  if (right && heightOf(right) > heightOf(left) + 1) {
    if (heightOf(right.right) >= heightOf(right.left) || !right.left) {
      return join(right, join(run, left, right.left), right.right);
    }
    const middle = right.left;
    return join(middle, join(run, left, middle.left), join(right, middle.right, right.right));
  }
  return join(run, left, right);
}
