import { chmod, mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The type that NADs name: users' manifests say `spiderpool`. */
export const ipamPluginName = "spiderpool";

/**
 * Puts our CNI IPAM plugin into a folder of the CNI path: a few lines of shell that hand the call to the agent's socket and print
 * what it answers, because starting a large runtime for every pod interface costs ten times as much.
 *
 * @throws {RangeError} when the socket's path has characters that a shell would not leave alone
 */
export async function installIpamPlugin(folder: string, socketPath: string): Promise<string> {
  const path = join(folder, ipamPluginName);
  const script = renderIpamPlugin(socketPath);
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const temporary = `${path}.new`;
  await writeFile(temporary, script);
  await chmod(temporary, 0o755);
  await rename(temporary, path); // a plugin that is running keeps its old file
  return path;
}

/** The script, POSIX sh. One HTTP request over the socket; the answer's status tells success from failure. */
export function renderIpamPlugin(socketPath: string): string {
  if (!/^\/[A-Za-z0-9_./-]+$/.test(socketPath)) throw new RangeError(`Cannot use "${socketPath}" as path of a socket`);
  return `#!/bin/sh
# CNI IPAM plugin: asks the agent of this node for addresses. Written anew at every start of the agent.
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
    printf 'POST /cni HTTP/1.0\\r\\ncontent-length: %s\\r\\n' "\${#config}"
    printf 'cni-%s: %s\\r\\n' command "$CNI_COMMAND" containerid "$CNI_CONTAINERID" netns "$CNI_NETNS" \\
      ifname "$CNI_IFNAME" args "$CNI_ARGS"
    printf '\\r\\n%s' "$config"
  } | socat -t 30 - "UNIX-CONNECT:$socket" 2>/dev/null && printf .
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
