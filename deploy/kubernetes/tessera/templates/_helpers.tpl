{{- define "tessera.name" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{ .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else -}}
{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" }}
{{- end -}}
{{- end }}

{{- define "tessera.headless" -}}
{{ include "tessera.name" . }}-nodes
{{- end }}

{{- define "tessera.selector" -}}
app.kubernetes.io/name: tessera
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "tessera.labels" -}}
{{ include "tessera.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "tessera.domain" -}}
{{ include "tessera.headless" . }}.{{ .Release.Namespace }}.svc.{{ .Values.clusterDomain }}
{{- end }}

{{- define "tessera.secret" -}}
{{ .Values.auth.existingSecret | default (printf "%s-passwords" (include "tessera.name" .)) }}
{{- end }}

{{- /* Shards' ports: as many as a node can have shards, and as many again for TLS. */ -}}
{{- define "tessera.lastShardPort" -}}
{{ add .Values.ports.shards 127 }}
{{- end }}

{{- /* A directive's value: YAML's yes is true, and large numbers would come out as 1e+09. */ -}}
{{- define "tessera.value" -}}
{{- if kindIs "bool" . -}}
{{ ternary "yes" "no" . }}
{{- else if and (kindIs "float64" .) (eq (float64 (int64 .)) .) -}}
{{ int64 . }}
{{- else -}}
{{ . }}
{{- end -}}
{{- end }}
