import { createHash, createPublicKey, type KeyObject, randomBytes, sign } from "node:crypto";
import { isIP } from "node:net";
import * as der from "./der.ts";

export interface CertificateRequest {
  readonly commonName: string;
  /** Kubernetes reads them as groups. */
  readonly organizations?: readonly string[];
  /** DNS names and addresses that a server goes by. */
  readonly names?: readonly string[];
  readonly usage: "authority" | "server" | "client";
  readonly key: KeyObject;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** Who signs. An authority signs itself: its `key` is then the request's, and the name is its own. */
export interface Issuer {
  readonly commonName: string;
  readonly key: KeyObject;
}

/**
 * Issues an X.509 certificate over an ECDSA P-256 key, with the key identifiers that strict clients look for.
 *
 * @returns PEM
 * @see https://www.rfc-editor.org/rfc/rfc5280
 */
export function issueCertificate(request: CertificateRequest, issuer: Issuer): string {
  const algorithm = der.sequence(der.objectIdentifier(oid.ecdsaWithSha256));
  const publicKey = publicKeyInfo(request.key);
  const body = der.sequence(
    der.explicit(0, der.integer(Uint8Array.of(2))), // version 3
    der.integer(serialNumber()),
    algorithm,
    name({ commonName: issuer.commonName }),
    der.sequence(der.time(request.notBefore), der.time(request.notAfter)),
    name(request),
    publicKey,
    der.explicit(3, der.sequence(...extensions(request, issuer))),
  );
  const signature = sign("sha256", body, issuer.key);
  return pem("CERTIFICATE", der.sequence(body, algorithm, der.bitString(signature)));
}

const oid = {
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  commonName: "2.5.4.3",
  organization: "2.5.4.10",
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  authorityKeyIdentifier: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
  serverAuth: "1.3.6.1.5.5.7.3.1",
  clientAuth: "1.3.6.1.5.5.7.3.2",
} as const;

function name({
  organizations = [],
  commonName,
}: Pick<CertificateRequest, "organizations" | "commonName">): Uint8Array {
  const attribute = (type: string, text: string): Uint8Array =>
    der.set(der.sequence(der.objectIdentifier(type), der.utf8String(text)));
  return der.sequence(
    ...organizations.map((organization) => attribute(oid.organization, organization)),
    attribute(oid.commonName, commonName),
  );
}

function extensions({ usage, key, names = [] }: CertificateRequest, issuer: Issuer): readonly Uint8Array[] {
  const isAuthority = usage === "authority";
  const keyIdentifiers = [
    extension(oid.subjectKeyIdentifier, der.octetString(keyIdentifier(key))),
    extension(oid.authorityKeyIdentifier, der.sequence(der.implicit(0, keyIdentifier(issuer.key)))),
  ];
  if (isAuthority) {
    return [
      extension(oid.basicConstraints, der.sequence(der.boolean(true)), true),
      extension(oid.keyUsage, der.bitString(Uint8Array.of(0b0000_0110), 1), true), // keyCertSign, cRLSign
      ...keyIdentifiers,
    ];
  }
  const purpose = usage === "server" ? oid.serverAuth : oid.clientAuth;
  return [
    extension(oid.basicConstraints, der.sequence(), true),
    extension(oid.keyUsage, der.bitString(Uint8Array.of(0b1000_0000), 7), true), // digitalSignature
    extension(oid.extendedKeyUsage, der.sequence(der.objectIdentifier(purpose))),
    ...keyIdentifiers,
    ...(names.length > 0 ? [extension(oid.subjectAltName, der.sequence(...names.map(alternativeName)))] : []),
  ];
}

function extension(id: string, value: Uint8Array, isCritical = false): Uint8Array {
  const critical = isCritical ? [der.boolean(true)] : [];
  return der.sequence(der.objectIdentifier(id), ...critical, der.octetString(value));
}

function alternativeName(text: string): Uint8Array {
  return isIP(text) === 0 ? der.implicit(2, Buffer.from(text)) : der.implicit(7, addressBytes(text));
}

/** RFC 5280's first method: SHA-1 of the public key. An identifier, no protection. */
function keyIdentifier(key: KeyObject): Uint8Array {
  const info = publicKeyInfo(key);
  // An uncompressed P-256 point is the last 65 bytes of its SubjectPublicKeyInfo.
  return createHash("sha1").update(info.subarray(-65)).digest();
}

function publicKeyInfo(key: KeyObject): Uint8Array {
  const publicKey = key.type === "private" ? createPublicKey(key) : key;
  return publicKey.export({ type: "spki", format: "der" });
}

function serialNumber(): Uint8Array {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40; // positive, and of full length
  return bytes;
}

/** Four or sixteen bytes of an address in any of its spellings. */
function addressBytes(address: string): Uint8Array {
  if (isIP(address) === 4) return Uint8Array.from(address.split(".").map(Number));
  // The URL parser writes IPv6 in its shortest form, dotted tails included, which leaves one `::` to fill.
  const [head = "", tail] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split("::");
  const groups = (part: string) => (part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16)));
  const left = groups(head);
  const right = groups(tail ?? "");
  const all = tail === undefined ? left : [...left, ...new Array(8 - left.length - right.length).fill(0), ...right];
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}

function pem(label: string, bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
