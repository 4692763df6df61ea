import { createHash, timingSafeEqual } from "node:crypto";
import type { UserInfo } from "@peapod/machinery";

/** What a client shows of itself. Headers that claim an identity are not among it: nobody is believed. */
export interface Credentials {
  /** The client's certificate; `untrusted` when it does not come from our authority. */
  readonly certificate?: { readonly commonName: string; readonly organizations: readonly string[] } | "untrusted";
  /** A bearer token. */
  readonly token?: string;
}

/** Who somebody is; undefined means 401. */
export type Authenticate = (credentials: Credentials) => Promise<UserInfo | undefined>;

export interface AuthenticateOptions {
  /** Knows the tokens of service accounts. */
  readonly verifyToken?: (token: string) => Promise<UserInfo | undefined>;
  /** A token that stands for the administrator. */
  readonly adminToken?: string;
  /** Whether a client that shows nothing is let in as `system:anonymous`, to be refused by the authoriser; default true. */
  readonly anonymous?: boolean;
}

export const anonymous: UserInfo = { username: "system:anonymous", groups: ["system:unauthenticated"] };

/**
 * Certificates first, then tokens. Whoever shows something that does not hold is refused, even where showing nothing is allowed.
 */
export function createAuthenticate(options: AuthenticateOptions = {}): Authenticate {
  const { verifyToken, adminToken, anonymous: letIn = true } = options;
  return async ({ certificate, token }) => {
    if (certificate === "untrusted") return undefined;
    if (certificate) {
      return authenticated({ username: certificate.commonName, groups: certificate.organizations });
    }
    if (token !== undefined) {
      if (adminToken !== undefined && isSame(token, adminToken)) {
        return authenticated({ username: "admin", groups: ["system:masters"] });
      }
      const user = await verifyToken?.(token);
      return user && authenticated(user);
    }
    return letIn ? anonymous : undefined;
  };
}

/** Everyone who is known is in this group. */
export function authenticated(user: UserInfo): UserInfo {
  const all = "system:authenticated";
  return user.groups.includes(all) ? user : { ...user, groups: [...user.groups, all] };
}

/** Takes the same time however much of the token is right. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
