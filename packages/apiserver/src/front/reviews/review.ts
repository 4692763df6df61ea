import type {
  KubeObject,
  LocalSubjectAccessReview,
  SelfSubjectAccessReview,
  SubjectAccessReview,
  TokenReview,
} from "@peapod/api";
import {
  badRequest,
  type FieldProblem,
  forbiddenValue,
  invalid,
  requiredValue,
  type UserInfo,
} from "@peapod/machinery";
import type { Authorizer } from "../../engine/call.ts";
import { authenticated } from "../authentication/authenticate.ts";
import type { VerifiedToken } from "../authentication/service-account-tokens.ts";

export interface ReviewContext {
  readonly user: UserInfo;
  readonly authorize: Authorizer;
  readonly verifyToken?: (token: string, audiences?: readonly string[]) => Promise<VerifiedToken | undefined>;
  readonly now: Date;
}

/**
 * Answers a review: the object that was posted, with its status. Nothing is stored.
 *
 * @param object     of a review kind, decoded and defaulted
 * @param namespace  from the path, for LocalSubjectAccessReview
 * @returns undefined for kinds that are no reviews
 * @throws {ApiError} 422 for a review that asks nothing, or two things
 */
export async function answerReview(
  object: KubeObject,
  namespace: string | undefined,
  context: ReviewContext,
): Promise<KubeObject | undefined> {
  const review = reviews[`${object.apiVersion.split("/")[0]}/${object.kind}`];
  return review && (await review(object, namespace, context));
}

type Review = (object: KubeObject, namespace: string | undefined, context: ReviewContext) => Promise<KubeObject>;

const access = "authorization.k8s.io";
const identity = "authentication.k8s.io";

// The key names the kind, and with it the type of the object that is handed over.
const reviews: Readonly<Record<string, Review>> = {
  [`${identity}/SelfSubjectReview`]: async (object, _namespace, { user, now }) => ({
    ...object,
    metadata: { ...object.metadata, creationTimestamp: now.toISOString().replace(/\.\d+Z$/, "Z") },
    status: { userInfo: userInfo(user) },
  }),
  [`${identity}/TokenReview`]: async (object, _namespace, context) => await reviewToken(object as TokenReview, context),
  [`${access}/SelfSubjectAccessReview`]: async (object, _namespace, { user, authorize }) => {
    const { spec } = object as SelfSubjectAccessReview;
    return { ...object, status: decide("SelfSubjectAccessReview", spec, user, authorize) };
  },
  [`${access}/SubjectAccessReview`]: async (object, _namespace, { authorize }) => {
    const { spec } = object as SubjectAccessReview;
    return {
      ...object,
      status: decide("SubjectAccessReview", spec, subjectOf("SubjectAccessReview", spec), authorize),
    };
  },
  [`${access}/LocalSubjectAccessReview`]: async (object, namespace, { authorize }) => {
    const { spec } = object as LocalSubjectAccessReview;
    const asked = spec.resourceAttributes?.namespace;
    if (asked !== namespace) {
      throw badRequest(`spec.resourceAttributes.namespace must match namespace: ${namespace ?? ""}`);
    }
    const subject = subjectOf("LocalSubjectAccessReview", spec);
    return { ...object, status: decide("LocalSubjectAccessReview", spec, subject, authorize) };
  },
  [`${access}/SelfSubjectRulesReview`]: async (object, _namespace, { user, authorize }) => ({
    ...object,
    status: rulesOf(user, authorize),
  }),
};

async function reviewToken(object: TokenReview, { verifyToken }: ReviewContext): Promise<KubeObject> {
  const { token = "", audiences = [] } = object.spec;
  const kind = { group: identity, kind: "TokenReview" };
  if (token === "") throw invalid(kind, object.metadata.name ?? "", [requiredValue("spec.token")]);
  const verified = await verifyToken?.(token, audiences.length > 0 ? audiences : undefined);
  const shown: KubeObject & { readonly status: unknown } = {
    ...object,
    status: verified
      ? { authenticated: true, user: userInfo(verified.user), audiences: verified.audiences }
      : { user: {}, error: "[invalid bearer token, token lookup failed]" },
  };
  return shown;
}

type Spec = Pick<SelfSubjectAccessReview["spec"], "resourceAttributes" | "nonResourceAttributes">;

function decide(kind: string, spec: Spec, user: UserInfo, authorize: Authorizer) {
  const { resourceAttributes: resource, nonResourceAttributes: path } = spec;
  const named = { group: access, kind };
  if (resource && path) {
    const sentence = "cannot be specified in combination with resourceAttributes";
    throw invalid(named, "", [forbiddenValue("spec.nonResourceAttributes", sentence)]);
  }
  if (resource) {
    const { namespace, verb = "", group = "", version = "*", resource: plural = "", subresource, name } = resource;
    return status(
      authorize({
        user,
        verb,
        isResource: true,
        group,
        version,
        resource: plural,
        subresource: orNothing(subresource),
        namespace: orNothing(namespace),
        name: orNothing(name),
      }),
    );
  }
  if (path) return status(authorize({ user, verb: path.verb ?? "", isResource: false, path: path.path ?? "" }));
  const problem: FieldProblem = {
    ...requiredValue(
      "spec.resourceAttributes",
      "exactly one of nonResourceAttributes or resourceAttributes must be specified",
    ),
  };
  throw invalid(named, "", [problem]);
}

function status({ allowed, reason }: ReturnType<Authorizer>) {
  return { allowed, ...(reason !== undefined && reason !== "" && { reason }) };
}

/** The user a review is about: they are taken at their word, for nothing is done in their name. */
function subjectOf(kind: string, { user, groups, uid, extra }: SubjectAccessReview["spec"]): UserInfo {
  if (!user && !groups?.length) {
    const problem = requiredValue("spec.user", "at least one of user or group must be specified");
    throw invalid({ group: access, kind }, "", [problem]);
  }
  return { username: user ?? "", groups: groups ?? [], ...(uid && { uid }), ...(extra && { extra }) };
}

/**
 * What somebody may do, as rules. The authoriser answers questions and lists nothing, so it is asked for everything, and the answer
 * says that it is incomplete where that is not allowed.
 */
function rulesOf(user: UserInfo, authorize: Authorizer) {
  const everything = { user, verb: "*", isResource: true, group: "*", version: "*", resource: "*" } as const;
  const mayAll = authorize({ ...everything, subresource: undefined, namespace: undefined, name: undefined }).allowed;
  const mayAllPaths = authorize({ user, verb: "*", isResource: false, path: "*" }).allowed;
  const openPaths = ["/api", "/apis", "/healthz", "/livez", "/openapi", "/readyz", "/version"];
  const paths = openPaths.filter((path) => authorize({ user, verb: "get", isResource: false, path }).allowed);
  return {
    resourceRules: mayAll ? [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }] : [],
    nonResourceRules: [
      ...(mayAllPaths ? [{ verbs: ["*"], nonResourceURLs: ["*"] }] : []),
      ...(paths.length > 0 ? [{ verbs: ["get"], nonResourceURLs: paths }] : []),
    ],
    incomplete: !mayAll,
    ...(!mayAll && {
      evaluationError: "the authoriser answers single questions only: ask with SelfSubjectAccessReview",
    }),
  };
}

function userInfo(user: UserInfo) {
  const { username, uid, groups, extra } = authenticatedOrNot(user);
  return { username, ...(uid !== undefined && { uid }), groups, ...(extra && { extra }) };
}

function authenticatedOrNot(user: UserInfo): UserInfo {
  return user.username === "system:anonymous" ? user : authenticated(user);
}

function orNothing(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}
