import { chmod, mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Puts our CNI plugins into a folder of the CNI path: each is a few lines of shell that hand the call to the agent's socket and print
 * what it answers, because starting a large runtime for every pod interface costs ten times as much.
 *
 * @throws {RangeError} when the socket's path has characters that a shell would not leave alone
 */
export async function installPlugins(folder: string, names: Iterable<string>, socketPath: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o755 });
  for (const name of names) {
    const path = join(folder, name);
    const temporary = `${path}.new`;
    await writeFile(temporary, renderPluginScript(name, socketPath));
    await chmod(temporary, 0o755);
    await rename(temporary, path); // a plugin that is running keeps its old file
  }
}

/** The script, POSIX sh. One HTTP request over the socket; the answer's status tells success from failure. */
export function renderPluginScript(name: string, socketPath: string): string {
  if (!/^[a-z0-9-]+$/.test(name)) throw new RangeError(`Cannot use "${name}" as name of a plugin`);
  if (!/^\/[A-Za-z0-9_./-]+$/.test(socketPath)) throw new RangeError(`Cannot use "${socketPath}" as path of a socket`);
  return `#!/bin/sh
# CNI plugin: the agent of this node does the work. Written anew at every start of the agent.
LC_ALL=C
export LC_ALL
socket=${socketPath}
fail() {
  printf '{"cniVersion":"1.0.0","code":%s,"msg":"%s"}\\n' "$1" "$2"
  exit 1
}
config=$(cat)
crlf=$(printf '\\r\\n.')
crlf=\${crlf%.}
answer=$(
  {
    printf 'POST /cni/${name} HTTP/1.0\\r\\ncontent-length: %s\\r\\n' "\${#config}"
    printf 'cni-%s: %s\\r\\n' command "$CNI_COMMAND" containerid "$CNI_CONTAINERID" netns "$CNI_NETNS" \\
      ifname "$CNI_IFNAME" args "$CNI_ARGS"
    printf '\\r\\n%s' "$config"
  } | socat -t 30 - "UNIX-CONNECT:$socket,shut-none" 2>/dev/null && printf .
) || fail 11 "the node agent does not answer on $socket"
head=\${answer%%"$crlf$crlf"*}
[ "$head" != "$answer" ] || fail 11 "the node agent does not answer on $socket"
body=\${answer#*"$crlf$crlf"}
body=\${body%.} # the dot kept the shell from eating line feeds
[ -z "$body" ] || printf '%s\\n' "$body"
case $head in
  "HTTP/1."[01]" 200 "*) ;;
  *) exit 1 ;;
esac
`;
}
