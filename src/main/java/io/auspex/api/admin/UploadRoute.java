package io.auspex.api.admin;

import io.auspex.api.problem.Problem;
import io.auspex.platform.Failure;
import io.auspex.platform.Json;
import io.auspex.registry.ModelVersion;
import io.auspex.uploads.Manifest;
import io.auspex.uploads.Uploads;
import io.vertx.core.Context;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Locale;
import java.util.Objects;
import org.jboss.logging.Logger;

/**
 * {@code POST /api/models/{name}/versions}: a multipart form with the file {@code model} and
 * perhaps {@code manifest}, as a file or as a field. A route of its own before all others, because
 * its body has a limit of its own: it is counted while it arrives and never held in memory.
 */
@ApplicationScoped
class UploadRoute {

    /** Before the check of the size of other bodies. */
    private static final int FIRST = -2_000;

    /** Boundaries and headers of the parts, and the manifest. */
    private static final long BESIDE_THE_MODEL = Manifest.MAX_BYTES + 64 * 1024;

    private static final int TOO_LARGE = 413;

    private static final Logger LOG = Logger.getLogger(UploadRoute.class);

    private final Uploads uploads;

    UploadRoute(Uploads uploads) {
        this.uploads = uploads;
    }

    void register(@Observes Router router) {
        router.route(HttpMethod.POST, "/api/models/:name/versions")
                .order(FIRST)
                .handler(this::receive);
    }

    private void receive(RoutingContext routing) {
        HttpServerRequest request = routing.request();
        String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
        if (type == null || !type.toLowerCase(Locale.ROOT).startsWith("multipart/form-data")) {
            refuse(
                    request,
                    problem(
                            415,
                            "unsupported-media-type",
                            "send multipart/form-data with the parts 'model' and 'manifest'"));
            return;
        }
        if (announced(request) > limit()) {
            refuse(request, tooLarge());
            return;
        }
        Uploads.Upload upload;
        try {
            upload = uploads.begin();
        } catch (Failure busy) {
            refuse(request, Problem.of(busy));
            return;
        }
        if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
            request.response().writeContinue();
        }
        new MultipartUpload(routing.vertx(), request, upload, limit())
                .received()
                .onSuccess(_ -> finish(routing, upload))
                .onFailure(failure -> {
                    upload.close();
                    refuse(request, problem(failure));
                });
    }

    private void finish(RoutingContext routing, Uploads.Upload upload) {
        String name = Objects.requireNonNull(routing.pathParam("name"), "of the route");
        HttpServerResponse response = routing.response();
        Context context = routing.vertx().getOrCreateContext();
        Thread.ofVirtual()
                .name("upload")
                .start(() -> {
                    Runnable answer = inspected(response, upload, name);
                    context.runOnContext(_ -> answer.run());
                });
    }

    private Runnable inspected(HttpServerResponse response, Uploads.Upload upload, String name) {
        try (upload) {
            ModelVersion version = upload.finish(name);
            return () -> created(response, version);
        } catch (Exception failure) {
            Problem problem = problem(failure);
            return () -> write(response, problem);
        }
    }

    private void created(HttpServerResponse response, ModelVersion version) {
        if (response.closed()) {
            return;
        }
        response.setStatusCode(201)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .putHeader(
                        HttpHeaders.LOCATION,
                        "/api/models/" + version.model() + "/versions/" + version.version())
                .end(Json.mapper().valueToTree(version).toString());
    }

    private Problem problem(Throwable failure) {
        if (failure instanceof MultipartUpload.TooLargeException) {
            return tooLarge();
        }
        if (failure instanceof Failure expected) {
            return Problem.of(expected);
        }
        LOG.error("an upload failed", failure);
        return problem(500, "internal", "the server failed; its log has the cause");
    }

    private Problem tooLarge() {
        return problem(
                TOO_LARGE,
                "upload-too-large",
                "a model may have %d bytes, its manifest %d"
                        .formatted(uploads.maxBytes(), Manifest.MAX_BYTES));
    }

    private long limit() {
        return uploads.maxBytes() + BESIDE_THE_MODEL;
    }

    private static long announced(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        try {
            return length == null ? 0 : Long.parseLong(length);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static Problem problem(int status, String slug, String detail) {
        return Problem.of(status, slug, detail);
    }

    /** Says no while the body may still be arriving: the connection cannot be used any further. */
    private static void refuse(HttpServerRequest request, Problem problem) {
        HttpServerResponse response = request.response();
        if (!response.closed() && !response.ended()) {
            response.putHeader(HttpHeaders.CONNECTION, "close");
            write(response, problem);
        }
    }

    private static void write(HttpServerResponse response, Problem problem) {
        if (response.closed() || response.ended()) {
            return;
        }
        if (problem.status() == 503) {
            response.putHeader("Retry-After", "5");
        }
        response.setStatusCode(problem.status())
                .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
                .end(Json.mapper().valueToTree(problem).toString());
    }
}
