/**
 * A signal for one request, which aborts with another one of a longer life. A `Request` that is given the long one leaves a listener on
 * it that only a full collection takes away, and each next request looks through all of them.
 *
 * @param signal  of whoever asks
 * @returns to be disposed when the request's answer was read
 */
export function ownSignal(signal: AbortSignal | undefined): Disposable & { readonly signal: AbortSignal | undefined } {
  if (signal === undefined) return { signal: undefined, [Symbol.dispose]: () => {} };
  const own = new AbortController();
  const onAbort = (): void => own.abort(signal.reason);
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  return { signal: own.signal, [Symbol.dispose]: () => signal.removeEventListener("abort", onAbort) };
}
