/**
 * A Response whose body is there as a whole. The listener sends it in one write, with its length, instead of reading a stream; to
 * everyone else it is a Response like any other.
 */
export function wholeResponse(body: string | Uint8Array<ArrayBuffer>, init: ResponseInit = {}): Response {
  const response = new Response(body, init);
  bodies.set(response, body);
  return response;
}

/** The body given to `wholeResponse`; undefined for other responses, and once somebody has read it. */
export function wholeBodyOf(response: Response): string | Uint8Array<ArrayBuffer> | undefined {
  return response.bodyUsed ? undefined : bodies.get(response);
}

const bodies = new WeakMap<Response, string | Uint8Array<ArrayBuffer>>();
