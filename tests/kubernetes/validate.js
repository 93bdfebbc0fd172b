// Checks Kubernetes objects (a JSON array on standard input) against the schemas of Kubernetes and of the
// Prometheus operator. Prints what is wrong, one line each; the status is 1 if there is something.

import { readFileSync } from "node:fs";

const SCHEMAS = {
  "v1/ConfigMap": "kubernetes-models/_schemas/IoK8sApiCoreV1ConfigMap",
  "v1/Secret": "kubernetes-models/_schemas/IoK8sApiCoreV1Secret",
  "v1/Service": "kubernetes-models/_schemas/IoK8sApiCoreV1Service",
  "apps/v1/StatefulSet": "kubernetes-models/_schemas/IoK8sApiAppsV1StatefulSet",
  "policy/v1/PodDisruptionBudget": "kubernetes-models/_schemas/IoK8sApiPolicyV1PodDisruptionBudget",
  "networking.k8s.io/v1/NetworkPolicy": "kubernetes-models/_schemas/IoK8sApiNetworkingV1NetworkPolicy",
  "monitoring.coreos.com/v1/ServiceMonitor":
    "@kubernetes-models/prometheus-operator/_schemas/ComGithubPrometheusOperatorPrometheusOperatorPkgApisMonitoringV1ServiceMonitor",
};

// The schemas allow fields that they do not know. A validator looks at each field that it does know, so
// those that nobody has looked at are misspelt or in the wrong place.
function watch(value, path, unseen) {
  if (value === null || typeof value !== "object") return value;
  const copy = Array.isArray(value) ? [] : {};
  for (const [key, inner] of Object.entries(value)) {
    const place = `${path}/${key}`;
    unseen.add(place);
    const watched = watch(inner, place, unseen);
    Object.defineProperty(copy, key, {
      enumerable: true,
      get() {
        unseen.delete(place);
        return watched;
      },
    });
  }
  return copy;
}

let findings = 0;
for (const object of JSON.parse(readFileSync(0, "utf8"))) {
  const type = `${object.apiVersion}/${object.kind}`;
  const name = `${object.kind} ${object.metadata?.name}`;
  const report = (text) => {
    console.log(`${name}: ${text}`);
    findings++;
  };
  if (!SCHEMAS[type]) {
    report(`no schema for ${type}`);
    continue;
  }
  const { validate } = await import(new URL(`node_modules/${SCHEMAS[type]}.js`, import.meta.url));
  const unseen = new Set();
  const watched = watch(object, "", unseen);
  if (!validate(watched)) {
    for (const error of validate.errors) report(`${error.instancePath} ${error.keyword} ${JSON.stringify(error.params)}`);
  } else {
    for (const place of unseen) report(`${place} is unknown`);
  }
}
process.exitCode = findings ? 1 : 0;
