/**
 * Records of addresses stand in the order in which they came, whatever their addresses: a commit of many new ones writes a few pages at
 * the end of the table, also where the addresses fill the gaps of a pool that is in use. The index keeps an address to one record.
 */
const held = `
  CREATE TABLE held (
    address TEXT NOT NULL UNIQUE, pool TEXT NOT NULL,
    kind TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL, interface TEXT NOT NULL,
    pod_uid TEXT NOT NULL, pod_name TEXT NOT NULL, node TEXT NOT NULL, allocated_at TEXT NOT NULL,
    on_trial INTEGER NOT NULL DEFAULT 0, handed_out TEXT
  ) STRICT;
`;

const columnsOfFormat2 = "address, pool, kind, namespace, name, interface, pod_uid, pod_name, node, allocated_at";

const macs = `
  CREATE TABLE macs (
    kind TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL, interface TEXT NOT NULL, mac TEXT NOT NULL UNIQUE,
    PRIMARY KEY (kind, namespace, name, interface)
  ) STRICT, WITHOUT ROWID;
`;

const fromNothing = `
  CREATE TABLE pools (name TEXT PRIMARY KEY, definition TEXT NOT NULL) STRICT, WITHOUT ROWID;
  ${held} ${macs}
`;

/** Format 1 had one pool for the whole node, so that an address was in one record already. */
const fromFormat1 = `
  ${held} ${macs}
  INSERT OR IGNORE INTO held (${columnsOfFormat2})
    SELECT address, pool, 'vm', namespace, name, interface, pod_uid, pod_name, node, allocated_at FROM allocations;
  DROP TABLE allocations;
`;

/** Format 2 had the records in the order of their addresses. */
const fromFormat2 = `
  ALTER TABLE held RENAME TO held_by_address;
  ${held}
  INSERT INTO held (${columnsOfFormat2}) SELECT ${columnsOfFormat2} FROM held_by_address;
  DROP TABLE held_by_address;
`;

export const formatVersion = 3;

/** What makes a file of the version that is the index into one of `formatVersion`; nothing for that itself. */
export const migrations: readonly string[] = [fromNothing, fromFormat1, fromFormat2];
