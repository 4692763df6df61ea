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
