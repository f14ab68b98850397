package io.auspex.deployment;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import java.util.Map;

/**
 * What Kubernetes and the Prometheus operator know: the types that are generated from their own
 * OpenAPI documents, read without mercy. A field that is unknown or has another type is refused.
 */
final class Kubernetes {

    private static final Map<String, Class<?>> KINDS =
            Map.of(
                    "v1/ConfigMap", ConfigMap.class,
                    "v1/Service", Service.class,
                    "v1/ServiceAccount", ServiceAccount.class,
                    "apps/v1/Deployment", Deployment.class,
                    "autoscaling/v2/HorizontalPodAutoscaler", HorizontalPodAutoscaler.class,
                    "networking.k8s.io/v1/Ingress", Ingress.class,
                    "networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class,
                    "policy/v1/PodDisruptionBudget", PodDisruptionBudget.class,
                    "monitoring.coreos.com/v1/PrometheusRule", PrometheusRule.class,
                    "monitoring.coreos.com/v1/ServiceMonitor", ServiceMonitor.class);

    private static final ObjectMapper STRICT = strict();

    private Kubernetes() {}

    /**
     * The document as the type that it says it is.
     *
     * @throws IllegalArgumentException what is wrong with it
     */
    static Object read(JsonNode document) {
        String kind = document.path("apiVersion").asText() + "/" + document.path("kind").asText();
        Class<?> type = KINDS.get(kind);
        if (type == null) {
            throw new IllegalArgumentException("a kind that nobody here knows: " + kind);
        }
        return STRICT.convertValue(document, type);
    }

    /** The types keep unknown fields aside; not here. */
    private static ObjectMapper strict() {
        ObjectMapper mapper = new ObjectMapper();
        mapper.enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
        mapper.setAnnotationIntrospector(
                new JacksonAnnotationIntrospector() {
                    @Override
                    public Boolean hasAnySetter(Annotated setter) {
                        return false;
                    }

                    @Override
                    public com.fasterxml.jackson.annotation.JsonIgnoreProperties.Value
                            findPropertyIgnoralByName(MapperConfig<?> config, Annotated type) {
                        return com.fasterxml.jackson.annotation.JsonIgnoreProperties.Value.empty();
                    }
                });
        return mapper;
    }
}
