package io.auspex.api.guard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.api.stream.KnownTopics;
import io.auspex.platform.PostgresResource;
import io.auspex.security.Access;
import io.auspex.security.AccessTable;
import io.auspex.security.Role;
import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Every route, method and topic there is, from what the service itself says of it, times every role
 * and none. One that somebody adds without a line in {@code access.txt} fails here by name.
 */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@TestProfile(SecuredProfile.class)
class AccessMatrixTest {

    /** Methods that change something must have a name in the audit log; of POST these do not. */
    private static final Set<String> QUESTIONS =
            Set.of(
                    "/api/models/{name}/predict",
                    "/v2/models/{model}/infer",
                    "/v2/models/{model}/versions/{version}/infer",
                    "/v2/repository/index");

    private static final AccessTable TABLE = AccessTable.load();

    @Inject @Any Instance<BindableService> grpc;
    @Inject KnownTopics topics;

    @TestHTTPResource("/")
    URI address;

    private Callers callers;
    private Map<Role, String> keys;

    /** A route as the service's own document names it. */
    private record Route(String method, String template) {

        String path() {
            return template.replaceAll("\\{[^}]*}", "matrix-none");
        }
    }

    @BeforeEach
    void makeKeys() throws Exception {
        callers = new Callers(address);
        keys = new EnumMap<>(Role.class);
        for (Role role : Role.values()) {
            keys.put(role, callers.key(role.text()));
        }
    }

    @Test
    void everyRouteIsDeclaredAndRefusesEveryRoleBelowIts() throws Exception {
        List<Route> routes = routes();
        assertThat(routes).hasSizeGreaterThan(45);
        assertThat(undeclared(routes))
                .as(
                        "routes without a line in src/main/resources/io/auspex/security/access.txt:"
                                + " add one with the least role that may call it")
                .isEmpty();
        List<String> wrong = new ArrayList<>();
        int tried = 0;
        for (Route route : routes) {
            Access access = TABLE.find(route.method(), route.path());
            tried += attempt(route, access, null, wrong);
            for (Role role : Role.values()) {
                tried += attempt(route, access, role, wrong);
            }
        }
        System.out.printf(
                "matrix: %d routes, %d calls, %d wrong%n", routes.size(), tried, wrong.size());
        assertThat(wrong).isEmpty();
    }

    @Test
    void whatChangesSomethingHasANameInTheAuditLog() throws Exception {
        assertThat(routes())
                .filteredOn(route -> !route.method().equals("GET"))
                .filteredOn(route -> !QUESTIONS.contains(route.template()))
                .allSatisfy(route ->
                        assertThat(TABLE.find(route.method(), route.path()))
                                .as(route.toString())
                                .isNotNull()
                                .extracting(Access::action)
                                .as("%s changes something: give it a name in access.txt", route)
                                .isNotNull());
    }

    @Test
    void everyLineIsOfARouteThatThereIs() throws Exception {
        Set<String> there = new TreeSet<>();
        routes().forEach(route -> there.add(route.method() + " " + route.path()));
        assertThat(TABLE.lines())
                .filteredOn(line -> !Set.of("WS", "GRPC", "TOPIC").contains(line.method()))
                .filteredOn(line -> !line.access().template().startsWith("/q/"))
                .extracting(line ->
                        line.method()
                                + " "
                                + new Route(line.method(), line.access().template()).path())
                .isSubsetOf(there);
    }

    @Test
    void whatNobodyDeclaredIsNobodys() throws Exception {
        for (String path : List.of("/api/nothing", "/q/dev", "/", "/api/models/a/b/c/d")) {
            assertThat(callers.status("GET", path, null)).as(path).isEqualTo(401);
            assertThat(callers.status("GET", path, keys.get(Role.ADMIN))).as(path).isEqualTo(404);
        }
        assertThat(callers.status("PATCH", "/api/models", keys.get(Role.ADMIN))).isEqualTo(404);
    }

    @Test
    void everyMethodOfGrpcIsDeclaredAndRefusesEveryRoleBelowIts() throws Exception {
        List<String> wrong = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        ManagedChannel channel =
                ManagedChannelBuilder.forAddress(address.getHost(), address.getPort())
                        .usePlaintext()
                        .build();
        int tried = 0;
        try {
            for (BindableService service : grpc) {
                for (ServerMethodDefinition<?, ?> method : service.bindService().getMethods()) {
                    MethodDescriptor<?, ?> descriptor = method.getMethodDescriptor();
                    String name = descriptor.getFullMethodName();
                    Access access = TABLE.find("POST", "/" + name);
                    if (access == null) {
                        missing.add(name);
                        continue;
                    }
                    if (descriptor.getType() != MethodDescriptor.MethodType.UNARY) {
                        continue;
                    }
                    for (@Nullable Role role : withNone()) {
                        Status status = call(channel, descriptor, role);
                        tried++;
                        Status.Code refusal =
                                access.isPublic() || (role != null && access.allows(role))
                                        ? null
                                        : role == null
                                                ? Status.Code.UNAUTHENTICATED
                                                : Status.Code.PERMISSION_DENIED;
                        boolean isRefused =
                                status.getCode() == Status.Code.UNAUTHENTICATED
                                        || status.getCode() == Status.Code.PERMISSION_DENIED;
                        if (refusal == null ? isRefused : status.getCode() != refusal) {
                            wrong.add(name + " as " + role + ": " + status);
                        }
                    }
                }
            }
        } finally {
            channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
        System.out.printf("matrix: %d calls of gRPC, %d wrong%n", tried, wrong.size());
        assertThat(missing).as("methods without a GRPC line in access.txt").isEmpty();
        assertThat(wrong).isEmpty();
        assertThat(tried).isGreaterThan(40);
    }

    @Test
    void everyTopicIsDeclared() {
        assertThat(topics.names())
                .isNotEmpty()
                .allSatisfy(topic ->
                        assertThat(TABLE.topic(topic))
                                .as("topic %s has no TOPIC line in access.txt", topic)
                                .isPresent());
    }

    private static List<@Nullable Role> withNone() {
        List<@Nullable Role> all = new ArrayList<>();
        all.add(null);
        all.addAll(List.of(Role.values()));
        return all;
    }

    private int attempt(
            Route route, @Nullable Access access, @Nullable Role role, List<String> wrong)
            throws Exception {
        boolean may =
                access != null && (access.isPublic() || (role != null && access.allows(role)));
        int status =
                callers.status(route.method(), route.path(), role == null ? null : keys.get(role));
        int refusal = role == null ? 401 : 403;
        boolean isRefused = status == 401 || status == 403 || status == 429;
        if (may ? isRefused : status != refusal) {
            wrong.add(route + " as " + role + ": " + status);
        }
        return 1;
    }

    /** Those that the table says nothing of. */
    private static List<String> undeclared(List<Route> routes) {
        return routes.stream()
                .filter(route -> {
                    Access access = TABLE.find(route.method(), route.path());
                    // Not one that happens to fit: /a/{b} says nothing of /a/purge.
                    return access == null
                            || !new Route("", access.template()).path().equals(route.path());
                })
                .map(route -> route.method() + " " + route.template())
                .toList();
    }

    private List<Route> routes() throws Exception {
        JsonNode document = callers.json("GET", "/q/openapi?format=json", SecuredProfile.ADMIN);
        List<Route> routes = new ArrayList<>();
        document.path("paths")
                .properties()
                .forEach(path ->
                        path.getValue()
                                .fieldNames()
                                .forEachRemaining(method -> {
                                    String name = method.toUpperCase(Locale.ROOT);
                                    if (Set.of("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD")
                                            .contains(name)) {
                                        routes.add(new Route(name, path.getKey()));
                                    }
                                }));
        return routes;
    }

    private <Q, A> Status call(
            ManagedChannel channel, MethodDescriptor<Q, A> method, @Nullable Role role) {
        Metadata headers = new Metadata();
        if (role != null) {
            headers.put(
                    Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
                    "Bearer " + keys.get(role));
        }
        try {
            Q empty = method.parseRequest(new java.io.ByteArrayInputStream(new byte[0]));
            ClientCalls.blockingUnaryCall(
                    io.grpc.ClientInterceptors.intercept(
                            channel, MetadataUtils.newAttachHeadersInterceptor(headers)),
                    method,
                    CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS),
                    empty);
            return Status.OK;
        } catch (StatusRuntimeException refused) {
            return refused.getStatus();
        }
    }
}
