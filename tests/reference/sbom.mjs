// Reads a CycloneDX 1.6 document from stdin and validates it by the schema of CycloneDX itself; prints nothing, or what is wrong.
import { readFileSync } from "node:fs";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";

const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
const fault = await validator.validate(readFileSync(0, "utf8"));
if (fault !== null) {
  console.log(JSON.stringify(fault, null, 2));
}
