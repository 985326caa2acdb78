import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { account } from '../emulators/start-emulators.ts';
import type { ClientSettings } from './calls.ts';

/** A policy as it is sent to IAM. */
export interface PolicyText {
  readonly Version: string;
  readonly Statement: readonly Readonly<Record<string, unknown>>[];
}

/**
 * A moto that checks signatures and rights once it is told to. It is one for all who talk to it: while somebody makes roles, nobody is checked.
 */
export class CheckingMoto {
  readonly endpoint: string;

  constructor(endpoint: string) {
    this.endpoint = endpoint;
  }

  /** From now on every call is checked. */
  check(): Promise<void> {
    return this.#checkAfter('0');
  }

  /** From now on everybody may do everything. */
  letBe(): Promise<void> {
    return this.#checkAfter('inf');
  }

  /** Gives a role these policies and opens a session of it. Throws when moto refuses a policy. */
  async sessionOf(name: string, policies: readonly PolicyText[]): Promise<ClientSettings> {
    const { endpoint } = this;
    const iam = new IAMClient({ endpoint });
    const trust = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'sts:AssumeRole' }],
    };
    await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: JSON.stringify(trust) }));
    for (const [index, policy] of policies.entries())
      await iam.send(
        new PutRolePolicyCommand({
          RoleName: name,
          PolicyName: `policy-${index}`,
          PolicyDocument: JSON.stringify(policy),
        }),
      );
    const RoleArn = `arn:aws:iam::${account}:role/${name}`;
    const { Credentials } = await new STSClient({ endpoint }).send(
      new AssumeRoleCommand({ RoleArn, RoleSessionName: 'proof' }),
    );
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
    const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
    return { endpoint, credentials };
  }

  async #checkAfter(calls: string): Promise<void> {
    const response = await fetch(`${this.endpoint}/moto-api/reset-auth`, { method: 'POST', body: calls });
    if (!response.ok) throw new Error(`moto does not change its checks: ${response.status}`);
  }
}

/** What moto says to a call: refused for want of a right, or whatever it says to those who may. Throws when it does not know the caller. */
export async function answerTo(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error === undefined) return 'done';
  if (!(error instanceof Error)) throw new Error(String(error));
  if (/^AccessDenied/.test(error.name) || isUnreadRefusal(error)) return 'refused';
  if (/Signature|AuthFailure|InvalidClientTokenId|ECONN|Timeout/.test(`${error.name} ${error.message}`)) throw error;
  return error.name;
}

/** To callers of a service that speaks JSON moto refuses in XML, of which the SDK leaves the status only. */
function isUnreadRefusal(error: Error): boolean {
  if (error.name !== 'SyntaxError' || !('$metadata' in error)) return false;
  const { $metadata } = error;
  return (
    typeof $metadata === 'object' &&
    $metadata !== null &&
    'httpStatusCode' in $metadata &&
    $metadata.httpStatusCode === 403
  );
}
