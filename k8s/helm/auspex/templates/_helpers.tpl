{{- define "auspex.name" -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{- define "auspex.selector" -}}
app.kubernetes.io/name: auspex
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "auspex.labels" -}}
{{ include "auspex.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}

{{- define "auspex.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{ default (include "auspex.name" .) .Values.serviceAccount.name }}
{{- else -}}
{{ default "default" .Values.serviceAccount.name }}
{{- end -}}
{{- end -}}

{{- define "auspex.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end -}}
{{- end -}}

{{/* The environment variable of an option: feed -> AUSPEX_FEED, exchange.rest-url -> AUSPEX_EXCHANGE_REST_URL. */}}
{{- define "auspex.variable" -}}
AUSPEX_{{ . | replace "." "_" | replace "-" "_" | upper }}
{{- end -}}

{{/* A value as text. Helm has every number as a float, and would write 67108864 as 6.7108864e+07. */}}
{{- define "auspex.text" -}}
{{- if kindIs "float64" . -}}
{{- if eq . (floor .) }}{{ printf "%.0f" . }}{{ else }}{{ toString . }}{{ end -}}
{{- else -}}
{{ toString . }}
{{- end -}}
{{- end -}}

{{- define "auspex.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* Where the database is, and who we are there. */}}
{{- define "auspex.databaseEnv" -}}
{{- $secret := .Values.database.existingSecret }}
- name: AUSPEX_DATABASE_URL
  valueFrom:
    secretKeyRef: {name: {{ $secret }}, key: url}
- name: AUSPEX_DATABASE_USERNAME
  valueFrom:
    secretKeyRef: {name: {{ $secret }}, key: username}
- name: AUSPEX_DATABASE_PASSWORD
  valueFrom:
    secretKeyRef: {name: {{ $secret }}, key: password}
{{- end -}}
