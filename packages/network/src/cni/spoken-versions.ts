/** What we speak with plugins, and ours with others; oldest first. */
export const spokenVersions: readonly string[] = ["0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"];
