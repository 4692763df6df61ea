/** What a guest is and how it becomes QEMU arguments: pure. What talks to QEMU and its programs is in `@peapod/qemu/node`. */
export * from "./domain.ts";
export { type AddressBook, assignAddresses, DomainError, type PciPlace, type RootPort } from "./render/addresses.ts";
export { renderQemuArgs } from "./render/args.ts";
export * from "./render/names.ts";
export { type NicSurroundings, nicPlaces } from "./render/nic-places.ts";
