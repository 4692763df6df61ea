/** One flag, as the parser, the help and the completion read it. */
export interface FlagSpec {
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  readonly type: "bool" | "string" | "int" | "list";
  /** Shown in help where it is not empty, zero or false. */
  readonly default?: string | number | boolean;
  readonly usage: string;
  /** Values that a shell may offer. */
  readonly values?: readonly string[];
}

/** kubectl's client flags: every command takes them. */
export const globalFlags: readonly FlagSpec[] = [
  { name: "as", type: "string", usage: "Act as this user" },
  { name: "as-group", type: "list", usage: "Act as a member of this group; may be repeated" },
  { name: "as-uid", type: "string", usage: "Act as the user with this uid" },
  { name: "certificate-authority", type: "string", usage: "File with the certificates to trust the server by" },
  { name: "client-certificate", type: "string", usage: "File with the certificate to show to the server" },
  { name: "client-key", type: "string", usage: "File with the key of --client-certificate" },
  { name: "cluster", type: "string", usage: "Cluster of the kubeconfig to talk to" },
  { name: "context", type: "string", usage: "Context of the kubeconfig to use" },
  { name: "insecure-skip-tls-verify", type: "bool", usage: "Believe any certificate that the server shows" },
  { name: "kubeconfig", type: "string", usage: "The kubeconfig file to use, and no other" },
  { name: "namespace", short: "n", type: "string", usage: "Namespace to work in" },
  { name: "password", type: "string", usage: "Password of --username" },
  {
    name: "request-timeout",
    type: "string",
    default: "0",
    usage: "Give up on a request after this time, as 10s or 2m",
  },
  { name: "server", short: "s", type: "string", usage: "Address and port of the API server" },
  { name: "tls-server-name", type: "string", usage: "Name to expect in the server's certificate" },
  { name: "token", type: "string", usage: "Bearer token to show to the server" },
  { name: "user", type: "string", usage: "User of the kubeconfig to be" },
  { name: "username", type: "string", usage: "User for basic authentication" },
  { name: "v", short: "v", type: "int", default: 0, usage: "How much to log" },
];

/** Beside a command's own. */
export const helpFlag: FlagSpec = { name: "help", short: "h", type: "bool", usage: "Show this help" };
