import type { AccessCredential } from "../../kinds/kubevirt/access-credential.ts";
import type { VirtualMachineInstanceSpec } from "../../kinds/kubevirt/virtual-machine-instance-spec.ts";
import type { Problem } from "../../problem.ts";
import { cause } from "./cause.ts";

/** Credentials: each one type, one source, and one way into the guest that the machine has. */
export function validateAccessCredentials(spec: VirtualMachineInstanceSpec, specPath: string): Problem[] {
  const { volumes = [] } = spec;
  const has = {
    noCloud: volumes.some(({ cloudInitNoCloud }) => cloudInitNoCloud),
    configDrive: volumes.some(({ cloudInitConfigDrive }) => cloudInitConfigDrive),
  };
  return (spec.accessCredentials ?? []).flatMap((credential, index) => {
    const path = `${specPath}.accessCredentials[${index}]`;
    const problems = [...validateSshKey(credential, path, has), ...validatePassword(credential, path)];
    if (count(credential.sshPublicKey, credential.userPassword) !== 1) {
      problems.push(cause(path, `${path} must have exactly one access credential type set`));
    }
    return problems;
  });
}

function validateSshKey(
  { sshPublicKey }: AccessCredential,
  path: string,
  has: { readonly noCloud: boolean; readonly configDrive: boolean },
): Problem[] {
  if (!sshPublicKey) return [];
  const { noCloud, configDrive, qemuGuestAgent } = sshPublicKey.propagationMethod;
  const at = `${path}.sshPublicKey.propagationMethod`;
  const needsVolume = (method: string) =>
    `${path} requires a ${method} volume to exist when the ${method} propagationMethod is in use.`;
  const problems: Problem[] = [];
  if (noCloud && !has.noCloud) problems.push(cause(at, needsVolume("noCloud")));
  if (configDrive && !has.configDrive) problems.push(cause(at, needsVolume("configDrive")));
  if (qemuGuestAgent && qemuGuestAgent.users.length === 0) {
    const sentence = `${path} requires at least one user to be present in the users list`;
    problems.push(cause(`${at}.qemuGuestAgent.users`, sentence));
  }
  if (count(sshPublicKey.source.secret) !== 1) {
    problems.push(cause(`${path}.sshPublicKey.source`, `${path} must have exactly one source set`));
  }
  if (count(noCloud, configDrive, qemuGuestAgent) !== 1) {
    problems.push(cause(at, `${path} must have exactly one propagationMethod set`));
  }
  return problems;
}

function validatePassword({ userPassword }: AccessCredential, path: string): Problem[] {
  if (!userPassword) return [];
  const problems: Problem[] = [];
  if (count(userPassword.source.secret) !== 1) {
    problems.push(cause(`${path}.userPassword.source`, `${path} must have exactly one source set`));
  }
  if (count(userPassword.propagationMethod.qemuGuestAgent) !== 1) {
    const sentence = `${path} must have exactly one propagationMethod set`;
    problems.push(cause(`${path}.userPassword.propagationMethod`, sentence));
  }
  return problems;
}

function count(...ways: readonly unknown[]): number {
  return ways.filter((way) => way !== undefined).length;
}
