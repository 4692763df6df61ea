export {
  type Authenticate,
  type AuthenticateOptions,
  anonymous,
  authenticated,
  type Credentials,
  createAuthenticate,
} from "./authentication/authenticate.ts";
export { impersonated } from "./authentication/impersonate.ts";
export {
  createServiceAccountTokens,
  type ServiceAccountTokens,
  type ServiceAccountTokensOptions,
  type VerifiedToken,
} from "./authentication/service-account-tokens.ts";
export { createDocuments, type Documents, type DocumentsOptions } from "./documents/documents.ts";
export { type ServerVersion, serverVersion } from "./documents/version.ts";
export { createHealth, type Health, type HealthCheck, type HealthOptions } from "./listener/health.ts";
export { type Listener, type ListenerTls, type ListenOptions, listen } from "./listener/listen.ts";
export { ListenError } from "./listener/listen-error.ts";
export {
  type AnswerForm,
  bodyEncoding,
  type Encoding,
  negotiateAnswer,
  objectMediaTypes,
  patchType,
} from "./negotiation/negotiate.ts";
export { partialList, partialObject } from "./negotiation/partial.ts";
export { warningHeaders } from "./negotiation/warning.ts";
export {
  decodeProtobuf,
  encodeProtobuf,
  openEnvelope,
  protobufType,
  sealEnvelope,
  type TypeMeta,
} from "./protobuf/envelope.ts";
export { listSchema } from "./protobuf/lists.ts";
export { WireError } from "./protobuf/wire.ts";
export { formatAge, formatDuration } from "./render/table/duration.ts";
export {
  type IncludeObject,
  parseIncludeObject,
  type RenderedTable,
  renderTable,
  type TableMeta,
  type TableOptions,
} from "./render/table/render-table.ts";
export { answerReview, type ReviewContext } from "./reviews/review.ts";
export { wholeResponse } from "./whole-response.ts";
