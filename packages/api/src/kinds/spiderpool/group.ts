/** What all of Spiderpool's kinds share: where they are served, and the category that `kubectl get spiderpool` lists. */
export const spiderpool = {
  group: "spiderpool.spidernet.io",
  version: "v2beta1",
  categories: ["spiderpool"],
} as const;

/** Held on pools, coordinators and endpoints until what they stand for is given back. */
export const spiderpoolFinalizer = "spiderpool.spidernet.io";
