/** Browsers cannot set headers on a websocket and name the token as a subprotocol instead. */
const protocolPrefix = "base64url.bearer.authorization.k8s.io.";

/** The bearer token of a request; undefined if there is none. */
export function bearerToken(authorization: string | undefined, protocols: readonly string[] = []): string | undefined {
  const token = /^bearer +(\S+)\s*$/i.exec(authorization ?? "")?.[1];
  if (token !== undefined) return token;
  const encoded = protocols.find((name) => name.startsWith(protocolPrefix))?.slice(protocolPrefix.length);
  return encoded === undefined ? undefined : Buffer.from(encoded, "base64url").toString();
}

/** Subprotocols without the one that is a secret: it must never be echoed. */
export function openProtocols(protocols: readonly string[]): readonly string[] {
  return protocols.filter((name) => !name.startsWith(protocolPrefix));
}
