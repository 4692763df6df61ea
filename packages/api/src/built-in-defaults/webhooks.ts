import { changeAll, fill, type Json } from "./fill.ts";

export function defaultWebhooks(configuration: Json): Json {
  const isMutating = configuration["kind"] === "MutatingWebhookConfiguration";
  return changeAll(configuration, ["webhooks[]"], (webhook) =>
    fill(webhook, {
      failurePolicy: "Fail",
      matchPolicy: "Equivalent",
      namespaceSelector: {},
      objectSelector: {},
      timeoutSeconds: 10,
      ...(isMutating && { reinvocationPolicy: "Never" }),
      "rules[].scope": "*",
      "clientConfig.service.port": 443,
    }),
  );
}
