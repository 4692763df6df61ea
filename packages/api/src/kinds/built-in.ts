import type { Kind } from "../kind.ts";
import { MutatingWebhookConfiguration } from "./admissionregistration/mutating-webhook-configuration.ts";
import { ValidatingWebhookConfiguration } from "./admissionregistration/validating-webhook-configuration.ts";
import { CustomResourceDefinition } from "./apiextensions/custom-resource-definition.ts";
import { APIService } from "./apiregistration/api-service.ts";
import { ControllerRevision } from "./apps/controller-revision.ts";
import { SelfSubjectReview } from "./authentication/self-subject-review.ts";
import { TokenRequest } from "./authentication/token-request.ts";
import { TokenReview } from "./authentication/token-review.ts";
import { LocalSubjectAccessReview } from "./authorization/local-subject-access-review.ts";
import { SelfSubjectAccessReview } from "./authorization/self-subject-access-review.ts";
import { SelfSubjectRulesReview } from "./authorization/self-subject-rules-review.ts";
import { SubjectAccessReview } from "./authorization/subject-access-review.ts";
import { Scale } from "./autoscaling/scale.ts";
import { Lease } from "./coordination/lease.ts";
import { Binding } from "./core/binding.ts";
import { ConfigMap } from "./core/config-map.ts";
import { Endpoints } from "./core/endpoints.ts";
import { Event } from "./core/event.ts";
import { LimitRange } from "./core/limit-range.ts";
import { Namespace } from "./core/namespace.ts";
import { Node } from "./core/node.ts";
import { PersistentVolume } from "./core/persistent-volume.ts";
import { PersistentVolumeClaim } from "./core/persistent-volume-claim.ts";
import { Pod } from "./core/pod.ts";
import { ResourceQuota } from "./core/resource-quota.ts";
import { Secret } from "./core/secret.ts";
import { Service } from "./core/service.ts";
import { ServiceAccount } from "./core/service-account.ts";
import { EndpointSlice } from "./discovery/endpoint-slice.ts";
import { EventsEvent } from "./events/event.ts";
import { Eviction } from "./policy/eviction.ts";
import { PodDisruptionBudget } from "./policy/pod-disruption-budget.ts";
import { ClusterRole } from "./rbac/cluster-role.ts";
import { ClusterRoleBinding } from "./rbac/cluster-role-binding.ts";
import { Role } from "./rbac/role.ts";
import { RoleBinding } from "./rbac/role-binding.ts";
import { PriorityClass } from "./scheduling/priority-class.ts";
import { StorageClass } from "./storage/storage-class.ts";

/** Kubernetes' own kinds: the embedded API server serves them itself; bodies of subresources (Binding, Eviction, Scale, TokenRequest) and reviews are among them. */
export const builtInKinds: readonly Kind[] = [
  Namespace,
  Node,
  Pod,
  Binding,
  PersistentVolumeClaim,
  PersistentVolume,
  Service,
  Endpoints,
  Secret,
  ConfigMap,
  ServiceAccount,
  Event,
  LimitRange,
  ResourceQuota,
  EventsEvent,
  EndpointSlice,
  Lease,
  ControllerRevision,
  Eviction,
  PodDisruptionBudget,
  Role,
  RoleBinding,
  ClusterRole,
  ClusterRoleBinding,
  CustomResourceDefinition,
  APIService,
  MutatingWebhookConfiguration,
  ValidatingWebhookConfiguration,
  PriorityClass,
  StorageClass,
  TokenRequest,
  TokenReview,
  SelfSubjectReview,
  SubjectAccessReview,
  LocalSubjectAccessReview,
  SelfSubjectAccessReview,
  SelfSubjectRulesReview,
  Scale,
];
