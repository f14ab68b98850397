package io.auspex.api.admin;

import io.auspex.platform.Failure;
import io.auspex.uploads.Manifest;
import io.auspex.uploads.Uploads;
import io.vertx.core.CompositeFuture;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerFileUpload;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The body of one upload on its way to the disk: two parts of known names, each to a file of our
 * choosing; other parts are refused. Lives on the event loop of its request.
 */
final class MultipartUpload {

    private static final String MODEL = "model";
    private static final String MANIFEST = "manifest";

    private final Vertx vertx;
    private final HttpServerRequest request;
    private final Uploads.Upload upload;
    private final long limit;
    private final Promise<Void> done = Promise.promise();
    private final List<Future<Void>> files = new ArrayList<>();
    private final Set<String> parts = new HashSet<>();
    private long arrived;

    MultipartUpload(Vertx vertx, HttpServerRequest request, Uploads.Upload upload, long limit) {
        this.vertx = vertx;
        this.request = request;
        this.upload = upload;
        this.limit = limit;
    }

    /** More bytes came than are taken. */
    static final class TooLargeException extends Exception {
        private static final long serialVersionUID = 1L;
    }

    /** Ends when both files are complete, or fails when they never will be. */
    Future<Void> received() {
        request.setExpectMultipart(true);
        request.uploadHandler(this::part);
        request.handler(this::count);
        request.exceptionHandler(cause ->
                fail(
                        new Failure(
                                Failure.Category.INVALID,
                                "upload-refused",
                                "the form cannot be read: " + cause.getMessage())));
        request.endHandler(_ -> complete());
        request.resume();
        return done.future();
    }

    private void count(Buffer bytes) {
        arrived += bytes.length();
        if (arrived > limit) {
            fail(new TooLargeException());
        }
    }

    private void part(HttpServerFileUpload part) {
        if (done.future().isComplete()) {
            return;
        }
        boolean known = part.name().equals(MODEL) || part.name().equals(MANIFEST);
        if (!known || !parts.add(part.name())) {
            fail(
                    new Failure(
                            Failure.Category.INVALID,
                            "upload-refused",
                            "the parts of the form are one 'model' and perhaps one 'manifest'"));
            return;
        }
        var target = part.name().equals(MODEL) ? upload.model() : upload.manifest();
        files.add(part.streamToFileSystem(target.toString()));
    }

    private void complete() {
        CompositeFuture all = Future.join(files);
        all.onSuccess(_ -> field()).onFailure(this::fail);
    }

    /** A manifest may be a plain field too. */
    private void field() {
        String manifest = request.getFormAttribute(MANIFEST);
        if (manifest == null) {
            done.tryComplete();
            return;
        }
        if (manifest.length() > Manifest.MAX_BYTES) {
            fail(new TooLargeException());
            return;
        }
        vertx.fileSystem()
                .writeFile(upload.manifest().toString(), Buffer.buffer(manifest))
                .onSuccess(_ -> done.tryComplete())
                .onFailure(this::fail);
    }

    /** Nothing more is read; the files are closed with the connection, which the answer ends. */
    private void fail(Throwable failure) {
        request.pause();
        done.tryFail(failure);
    }
}
