import { createPrivateKey, generateKeyPairSync, type KeyObject, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { writeFileDurably } from "@peapod/machinery/node";
import { type CertificateRequest, type Issuer, issueCertificate } from "./certificate.ts";

/** A certificate and its private key, both PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

export const dayMs = 24 * 60 * 60 * 1000;

/**
 * Reads a pair from `PATH.crt` and `PATH.key`, and issues a new one where there is none or where it no longer is what is wanted:
 * signed by this authority, in these names, and valid for a good while. A key survives its certificates.
 *
 * @param lifeMs   how long a new certificate is valid
 * @param spareMs  with less than this left it is renewed
 */
export async function ensureKeyPair(
  path: string,
  wanted: Pick<CertificateRequest, "commonName" | "organizations" | "names" | "usage">,
  terms: {
    readonly now: Date;
    readonly lifeMs: number;
    readonly spareMs: number;
    /** None: it signs itself. */
    readonly authority?: KeyPair;
  },
): Promise<KeyPair> {
  const there = await readPair(path);
  const key = there.key ?? generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  if (there.cert && isFit(there.cert, key, wanted, terms)) return { cert: there.cert.toString(), key: exportKey(key) };
  if (!there.key) await writeFileDurably(`${path}.key`, exportKey(key), { mode: 0o600 });
  const cert = issueCertificate(
    {
      ...wanted,
      key,
      // A little earlier than now: clocks of clients differ.
      notBefore: new Date(terms.now.getTime() - 5 * 60 * 1000),
      notAfter: new Date(terms.now.getTime() + terms.lifeMs),
    },
    issuerOf(terms.authority, { commonName: wanted.commonName, key }),
  );
  await writeFileDurably(`${path}.crt`, cert, { mode: 0o644 });
  return { cert, key: exportKey(key) };
}

/** A private key of its own, PEM, from `PATH.key`. */
export async function ensureKey(path: string): Promise<string> {
  const there = await readIfThere(`${path}.key`);
  if (there !== undefined) return there;
  const key = exportKey(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey);
  await writeFileDurably(`${path}.key`, key, { mode: 0o600 });
  return key;
}

function issuerOf(authority: KeyPair | undefined, itself: Issuer): Issuer {
  if (!authority) return itself;
  const commonName = /^CN=(.*)$/m.exec(new X509Certificate(authority.cert).subject)?.[1] ?? "";
  return { commonName, key: createPrivateKey(authority.key) };
}

function isFit(
  cert: X509Certificate,
  key: KeyObject,
  wanted: Pick<CertificateRequest, "commonName" | "organizations" | "names">,
  { now, spareMs, authority }: { readonly now: Date; readonly spareMs: number; readonly authority?: KeyPair },
): boolean {
  const signer = authority ? new X509Certificate(authority.cert) : cert;
  const subject = [...(wanted.organizations ?? []).map((group) => `O=${group}`), `CN=${wanted.commonName}`].join("\n");
  return (
    cert.checkPrivateKey(key) &&
    cert.verify(signer.publicKey) &&
    cert.checkIssued(signer) &&
    cert.subject === subject &&
    cert.validFromDate <= now &&
    cert.validToDate.getTime() - now.getTime() > spareMs &&
    (wanted.names ?? []).every((name) =>
      isIP(name) === 0 ? cert.checkHost(name, { wildcards: false }) === name : cert.checkIP(name) !== undefined,
    )
  );
}

/** What can be read of a pair; a half-written or broken one counts as absent. */
async function readPair(path: string): Promise<{ readonly cert?: X509Certificate; readonly key?: KeyObject }> {
  const [cert, key] = await Promise.all([readIfThere(`${path}.crt`), readIfThere(`${path}.key`)]);
  const parsed = <T>(text: string | undefined, parse: (text: string) => T): T | undefined => {
    try {
      return text === undefined ? undefined : parse(text);
    } catch {
      return undefined;
    }
  };
  const certificate = parsed(cert, (text) => new X509Certificate(text));
  const privateKey = parsed(key, (text) => createPrivateKey(text));
  return { ...(certificate && { cert: certificate }), ...(privateKey && { key: privateKey }) };
}

async function readIfThere(path: string): Promise<string | undefined> {
  return await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
}

function exportKey(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}
