/** Commands that touch the machine; those that speak to the API are the cli room's. */
const topics: Readonly<Record<string, string>> = {
  up: `  peapod up --detach                        in the background; returns once it is ready
  peapod up --listen 127.0.0.1:7443 --data-dir /srv/peapod   a second instance beside the first

Starts Peapod on this machine: API server, controllers, and an agent that runs guests. Guests of an earlier
run are taken over as they are.

  --data-dir DIR     where everything is kept           (/var/lib/peapod, $PEAPOD_DATA_DIR)
  --listen HOST:PORT address of the API server          (127.0.0.1:6443, $PEAPOD_LISTEN)
  --node-name NAME   this machine's name as a Node      (its host name)
  --detach           go into the background once ready
  --no-with-node     the API alone; start agents by "peapod node"
  --verbose          log every step`,
  down: `  peapod down                  stops guests gracefully, then everything Peapod started
  peapod down --keep-guests    guests go on; "peapod up" takes them over

  --data-dir DIR     the instance                       (/var/lib/peapod, $PEAPOD_DATA_DIR)
  --keep-guests      leave guests and their networks running`,
  node: `  peapod node --kubeconfig FILE --node-name n2 --data-dir /srv/n2

Runs an agent alone, as another node of an instance or of a cluster.`,
  image: `  peapod image import quay.io/me/disk disk.qcow2   put a disk under a reference, so that manifests need no network
  peapod image list
  peapod image remove quay.io/me/disk

  --data-dir DIR     the instance                       (/var/lib/peapod, $PEAPOD_DATA_DIR)`,
  "guest-image": `  peapod guest-image guest.qcow2    builds a small bootable Linux from the distribution's packages`,
  ipam: `  peapod ipam check [-o json]      whether pools, endpoints, the allocator and running guests agree

Prints a line for each disagreement; exits with 1 when there is one.

  --data-dir DIR     the instance                       (/var/lib/peapod, $PEAPOD_DATA_DIR)
  -o, --output json  the same for programs`,
  domain: `  peapod domain web [-n NAMESPACE]   how the guest was started: its domain.json and QEMU's arguments`,
};

export function helpFor(topic: string): string {
  const text = topics[topic];
  if (text !== undefined) return `${text}\n`;
  const first = Object.entries(topics).map(
    ([name, body]) => `  peapod ${name.padEnd(12)} ${body.split("\n")[0]?.trim() ?? ""}`,
  );
  return `Machine commands (each has --help):\n${first.join("\n")}\n`;
}
