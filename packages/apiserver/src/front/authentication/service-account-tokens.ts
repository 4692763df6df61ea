import { createHash, createPrivateKey, randomUUID } from "node:crypto";
import type { UserInfo } from "@peapod/machinery";
import { type Claims, type JwtKey, jwtKey, openJwt, renderJwks, signJwt } from "./jwt.ts";

export interface ServiceAccountTokensOptions {
  /** PEM of the private key (`Pki.serviceAccountKey`). */
  readonly key: string;
  readonly now: () => Date;
  /**
   * The uid of an object that exists now: tokens die with their account and with what they are bound to. Undefined where it is gone
   * or being deleted.
   */
  readonly uidOf: (object: {
    readonly kind: string;
    readonly namespace: string | undefined;
    readonly name: string;
  }) => string | undefined;
  readonly issuer?: string;
}

export interface TokenWish {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Empty: the API server. */
  readonly audiences: readonly string[];
  readonly expirationSeconds: number;
  readonly boundTo?: { readonly kind: string; readonly name: string; readonly uid: string } | undefined;
}

export interface ServiceAccountTokens {
  readonly issue: (wish: TokenWish) => Promise<{ readonly token: string; readonly expirationTimestamp: string }>;
  /** Whose token it is, and for which of the audiences; undefined if it does not hold, or no longer. */
  readonly verify: (token: string, audiences?: readonly string[]) => Promise<VerifiedToken | undefined>;
  /** `/openid/v1/jwks` */
  readonly jwks: () => object;
  /** `/.well-known/openid-configuration` */
  readonly openIdConfiguration: () => object;
}

export interface VerifiedToken {
  readonly user: UserInfo;
  readonly audiences: readonly string[];
}

const defaultIssuer = "https://kubernetes.default.svc";

/** Signatures are costly to check: so many tokens are remembered. */
const rememberedTokens = 1000;

/** Tokens of service accounts: signed here, bound to objects, and looked at anew at every use. */
export function createServiceAccountTokens(options: ServiceAccountTokensOptions): ServiceAccountTokens {
  const { now, issuer = defaultIssuer } = options;
  const key = jwtKey(createPrivateKey(options.key));
  const open = remembering(key);
  return {
    issue: async (wish) => {
      const issued = Math.floor(now().getTime() / 1000);
      const expires = issued + wish.expirationSeconds;
      const token = signJwt(
        {
          aud: wish.audiences.length > 0 ? wish.audiences : [issuer],
          exp: expires,
          iat: issued,
          nbf: issued,
          iss: issuer,
          jti: randomUUID(),
          "kubernetes.io": {
            namespace: wish.namespace,
            ...(wish.boundTo && {
              [wish.boundTo.kind.toLowerCase()]: { name: wish.boundTo.name, uid: wish.boundTo.uid },
            }),
            serviceaccount: { name: wish.name, uid: wish.uid },
          },
          sub: `system:serviceaccount:${wish.namespace}:${wish.name}`,
        },
        key,
      );
      return { token, expirationTimestamp: new Date(expires * 1000).toISOString().replace(/\.\d+Z$/, "Z") };
    },
    verify: async (token, audiences = [issuer]) => {
      const claims = open(token);
      if (!claims || claims["iss"] !== issuer) return undefined;
      const seconds = now().getTime() / 1000;
      if (!(Number(claims["exp"]) > seconds && Number(claims["nbf"]) <= seconds)) return undefined;
      const shared = texts(claims["aud"]).filter((audience) => audiences.includes(audience));
      const user = shared.length > 0 ? userOf(claims, options) : undefined;
      return user && { user, audiences: shared };
    },
    jwks: () => renderJwks(key),
    openIdConfiguration: () => ({
      issuer,
      jwks_uri: `${issuer}/openid/v1/jwks`,
      response_types_supported: ["id_token"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["ES256"],
    }),
  };
}

/** The account, if it and what the token is bound to are still the same objects. */
function userOf(claims: Claims, { uidOf }: ServiceAccountTokensOptions): UserInfo | undefined {
  const bound = record(claims["kubernetes.io"]);
  const namespace = bound["namespace"];
  const account = reference(bound["serviceaccount"]);
  if (typeof namespace !== "string" || !account) return undefined;
  if (uidOf({ kind: "ServiceAccount", namespace, name: account.name }) !== account.uid) return undefined;
  const extra: Record<string, readonly string[]> = {};
  const jti = claims["jti"];
  if (typeof jti === "string") extra["authentication.kubernetes.io/credential-id"] = [`JTI=${jti}`];
  for (const [claim, { kind, isNamespaced }] of Object.entries(bindable)) {
    const object = reference(bound[claim]);
    if (!object) continue;
    if (uidOf({ kind, namespace: isNamespaced ? namespace : undefined, name: object.name }) !== object.uid)
      return undefined;
    if (claim === "secret") continue;
    extra[`authentication.kubernetes.io/${claim}-name`] = [object.name];
    extra[`authentication.kubernetes.io/${claim}-uid`] = [object.uid];
  }
  return {
    username: `system:serviceaccount:${namespace}:${account.name}`,
    uid: account.uid,
    groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"],
    extra,
  };
}

const bindable: Readonly<Record<string, { readonly kind: string; readonly isNamespaced: boolean }>> = {
  pod: { kind: "Pod", isNamespaced: true },
  secret: { kind: "Secret", isNamespaced: true },
  node: { kind: "Node", isNamespaced: false },
};

/** Opens tokens, each once: the signature does not change, whatever else does. */
function remembering(key: JwtKey): (token: string) => Claims | undefined {
  const known = new Map<string, Claims>();
  return (token) => {
    const digest = createHash("sha256").update(token).digest("base64");
    const there = known.get(digest);
    if (there) return there;
    const claims = openJwt(token, key);
    if (!claims) return undefined;
    const [oldest] = known.keys();
    if (known.size >= rememberedTokens && oldest !== undefined) known.delete(oldest);
    known.set(digest, claims);
    return claims;
  };
}

function reference(value: unknown): { readonly name: string; readonly uid: string } | undefined {
  const { name, uid } = record(value);
  return typeof name === "string" && typeof uid === "string" ? { name, uid } : undefined;
}

function record(value: unknown): { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function texts(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}
