import { familyOf } from "../facts.ts";

/** An address alone, as `ip` wants it in routes. */
export function whole(address: string): string {
  return `${address}/${familyOf(address) === 4 ? 32 : 128}`;
}

/** IPv6 has no scopes of routes. */
export function scope(address: string): string {
  return familyOf(address) === 4 ? " scope link" : "";
}

export function everything(family: 4 | 6): string {
  return family === 4 ? "0.0.0.0/0" : "::/0";
}
