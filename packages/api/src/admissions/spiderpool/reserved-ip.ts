import { findRange, mergeRangeTexts } from "../../address/range-text.ts";
import type { Admission, AdmissionReview } from "../../admission.ts";
import { deepEqual } from "../../deep-equal.ts";
import { SpiderReservedIP } from "../../kinds/spiderpool/spider-reserved-ip.ts";
import { forbidden, invalid, type Problem } from "../../problem.ts";
import { forFitting } from "./fitting.ts";
import { familyProblems } from "./settings.ts";

type Review = AdmissionReview<SpiderReservedIP>;

export const spiderReservedIPAdmission: Admission<SpiderReservedIP> = forFitting({
  kind: SpiderReservedIP,
  webhookName: "spiderreservedip.spiderpool.spidernet.io",
  namesObject: true,
  mutate,
  validate,
});

/** The version is that of the first address; several ranges get their shortest form. */
function mutate({ object }: Review): SpiderReservedIP {
  const { ips = [], ipVersion = findRange(ips[0] ?? "")?.family } = object.spec ?? {};
  const merged = ips.length > 1 ? mergeRangeTexts(ips) : undefined;
  return {
    ...object,
    spec: { ...object.spec, ...(ipVersion !== undefined && { ipVersion }), ...(merged && { ips: merged }) },
  };
}

function validate(review: Review): readonly Problem[] {
  const { object, oldObject, operation } = review;
  if (operation === "DELETE" || (oldObject && deepEqual(object.spec, oldObject.spec))) return [];
  const { ipVersion, ips = [] } = object.spec ?? {};
  const before = oldObject?.spec?.ipVersion;
  if (before !== undefined && before !== ipVersion) return [forbidden("spec.ipVersion", "is not changeable")];
  if (ipVersion === undefined) {
    const sentence = "is not generated correctly, 'spec.ips' is empty or 'spec.ips[0]' may be invalid";
    return [invalid("spec.ipVersion", undefined, sentence)];
  }
  const off = familyProblems(ipVersion === 4 ? 4 : 6, review); // the schema knows no other
  if (off.length > 0) return off;
  return ips.flatMap((text, index) =>
    findRange(text)?.family === ipVersion
      ? []
      : [invalid(`spec.ips[${index}]`, text, `invalid IP range format in IPv${ipVersion} '${text}'`)],
  );
}
