import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  type IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';

/** A statement that allows. */
export interface Allowed {
  readonly Action: string | readonly string[];
  readonly Resource: string;
  readonly Condition?: object;
}

/** What a client of somebody is made with. */
export interface Credentials {
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

let people = 0;

/** Lets somebody of the account with exactly these rights act, and takes them away again. */
export async function asPerson<Result>(
  iam: IAMClient,
  allowed: readonly Allowed[],
  act: (credentials: Credentials) => Promise<Result>,
): Promise<Result> {
  people += 1;
  const [UserName, PolicyName] = [`person-${process.pid}-${people}`, 'rights'];
  await iam.send(new CreateUserCommand({ UserName }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {};
  const Statement = allowed.map((statement) => ({ Effect: 'Allow', ...statement }));
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  if (allowed.length > 0) await iam.send(new PutUserPolicyCommand({ UserName, PolicyName, PolicyDocument }));
  try {
    return await act({ credentials: { accessKeyId, secretAccessKey } });
  } finally {
    if (allowed.length > 0) await iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName }));
    await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId: accessKeyId }));
    await iam.send(new DeleteUserCommand({ UserName }));
  }
}
