import { defaultSettings, type IpamSettings } from "./parse-settings.ts";

/** The settings that count now, for whoever asks between two changes. */
export interface SettingsStore {
  readonly current: () => IpamSettings;
  readonly set: (settings: IpamSettings) => void;
  readonly onChange: (listener: () => void) => Disposable;
}

export function createSettingsStore(): SettingsStore {
  let current = defaultSettings;
  const listeners = new Set<() => void>();
  return {
    current: () => current,
    set: (settings) => {
      current = settings;
      for (const listener of listeners) listener();
    },
    onChange: (listener) => {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
  };
}
