export { buildGuestImage, type GuestImage, type GuestImageOptions } from "./build.ts";
