import { createHash, createPublicKey, type KeyObject, sign, verify } from "node:crypto";

export type Claims = { readonly [name: string]: unknown };

/** A key pair that signs JSON Web Tokens with ES256. */
export interface JwtKey {
  /** Tells keys apart: SHA-256 of the public key. */
  readonly id: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export function jwtKey(privateKey: KeyObject): JwtKey {
  const publicKey = createPublicKey(privateKey);
  const spki = publicKey.export({ type: "spki", format: "der" });
  return { id: createHash("sha256").update(spki).digest("base64url"), privateKey, publicKey };
}

/** @see https://www.rfc-editor.org/rfc/rfc7519 */
export function signJwt(claims: Claims, key: JwtKey): string {
  const text = `${encode({ alg: "ES256", kid: key.id })}.${encode(claims)}`;
  const signature = sign("sha256", Buffer.from(text), { key: key.privateKey, dsaEncoding: "ieee-p1363" });
  return `${text}.${signature.toString("base64url")}`;
}

/** The claims of a token this key signed; undefined for any other text. Times and audiences are the caller's to check. */
export function openJwt(token: string, key: JwtKey): Claims | undefined {
  const [head, body, signature, ...rest] = token.split(".");
  if (head === undefined || body === undefined || signature === undefined || rest.length > 0) return undefined;
  const header = decode(head);
  if (header?.["alg"] !== "ES256" || header["kid"] !== key.id) return undefined;
  const isSigned = verify(
    "sha256",
    Buffer.from(`${head}.${body}`),
    { key: key.publicKey, dsaEncoding: "ieee-p1363" },
    Buffer.from(signature, "base64url"),
  );
  return isSigned ? decode(body) : undefined;
}

/** The public key as `/openid/v1/jwks` publishes it. */
export function renderJwks(key: JwtKey) {
  const { kty, crv, x, y } = key.publicKey.export({ format: "jwk" });
  return { keys: [{ use: "sig", kty, kid: key.id, alg: "ES256", crv, x, y }] };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function decode(part: string): Claims | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString());
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Claims) : undefined;
  } catch {
    return undefined;
  }
}
