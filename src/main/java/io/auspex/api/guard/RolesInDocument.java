package io.auspex.api.guard;

import io.auspex.security.Access;
import io.auspex.security.AccessTable;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.responses.APIResponses;

/**
 * Writes into the OpenAPI document which role every route needs, from the table that is enforced.
 */
public final class RolesInDocument implements OASFilter {

    private static final String SCHEME = "bearer";

    private final AccessTable table = AccessTable.load();

    @Override
    public void filterOpenAPI(OpenAPI document) {
        if (document.getPaths() == null) {
            return;
        }
        document.getPaths()
                .getPathItems()
                .forEach((path, item) ->
                        item.getOperations()
                                .forEach((method, operation) -> {
                                    Access access = table.find(method.name(), path);
                                    if (access != null) {
                                        describe(operation, access);
                                    }
                                }));
    }

    private static void describe(Operation operation, Access access) {
        operation.addExtension("x-role", access.role() == null ? "public" : access.role().text());
        if (access.action() != null) {
            operation.addExtension("x-audited-as", access.action());
        }
        if (access.role() == null) {
            return;
        }
        operation.addSecurityRequirement(OASFactory.createSecurityRequirement().addScheme(SCHEME));
        APIResponses responses = operation.getResponses();
        if (responses == null) {
            responses = OASFactory.createAPIResponses();
            operation.setResponses(responses);
        }
        add(responses, "401", "unauthenticated: a key or a token is needed");
        add(responses, "403", "forbidden: the role " + access.role().text() + " is needed");
        add(responses, "429", "too-many-requests; Retry-After says when to come back");
    }

    private static void add(APIResponses responses, String status, String description) {
        if (!responses.hasAPIResponse(status)) {
            responses.addAPIResponse(
                    status, OASFactory.createAPIResponse().description(description));
        }
    }
}
