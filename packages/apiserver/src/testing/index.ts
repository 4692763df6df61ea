export { findKubectls, type Kubectl, type KubectlResult, type RunKubectlOptions, runKubectl } from "./kubectl.ts";
export { startTestServer, type TestServer, type TestServerOptions } from "./start-test-server.ts";
