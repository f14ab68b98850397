package io.auspex.uploads;

import io.auspex.platform.Failure;
import io.auspex.platform.Folders;
import io.auspex.uploads.InspectionResult.Accepted;
import io.auspex.uploads.InspectionResult.Refused;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import org.jboss.logging.Logger;

/**
 * Folders and processes of inspections, a bounded number of both. What a killed service left behind
 * is deleted when the first inspection of the next one begins.
 */
@ApplicationScoped
class Inspections {

    private static final Logger LOG = Logger.getLogger(Inspections.class);

    private final UploadsConfig config;
    private final Path parent;
    private final Semaphore places;
    private final Semaphore workers;

    @Inject
    Inspections(UploadsConfig config, Folders folders) {
        this.config = config;
        this.parent = folders.folder("uploads");
        this.places = new Semaphore(config.maxWaiting());
        this.workers = new Semaphore(config.workers(), true);
        deleteLeftBehind();
    }

    /**
     * A folder for one upload, and the right to wait for its inspection.
     *
     * @throws Failure NOT_READY {@code uploads-busy} when too many have one
     */
    Place enter() {
        if (!places.tryAcquire()) {
            throw new Failure(
                    Failure.Category.NOT_READY,
                    "uploads-busy",
                    "%d uploads are being received or inspected; try again later"
                            .formatted(config.maxWaiting()));
        }
        boolean entered = false;
        try {
            Path folder = Files.createDirectory(parent.resolve(UUID.randomUUID().toString()));
            entered = true;
            return new Place(new InspectionFolder(folder));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } finally {
            if (!entered) {
                places.release();
            }
        }
    }

    /** Where an upload lies until it has been dealt with. */
    final class Place implements AutoCloseable {

        private final InspectionFolder folder;
        private boolean closed;

        private Place(InspectionFolder folder) {
            this.folder = folder;
        }

        InspectionFolder folder() {
            return folder;
        }

        /**
         * Inspects the upload of this folder. Blocking: for a virtual thread.
         *
         * @throws Failure INVALID with the reason when it is not let in
         */
        Accepted inspect(InspectionOrder order) throws IOException, InterruptedException {
            workers.acquire();
            try {
                folder.writeOrder(order);
                InspectorProcess process =
                        new InspectorProcess(
                                config.heap(), config.memory().asLongValue(), config.timeout());
                return switch (process.run(folder)) {
                    case Accepted accepted -> accepted;
                    case Refused refused ->
                            throw new Failure(
                                    Failure.Category.INVALID, refused.slug(), refused.reason());
                };
            } finally {
                workers.release();
            }
        }

        /** Deletes the folder; only the first call counts. */
        @Override
        public synchronized void close() {
            if (closed) {
                return;
            }
            closed = true;
            try {
                folder.delete();
            } catch (IOException leftBehind) {
                LOG.warnf("%s cannot be deleted: %s", folder.path(), leftBehind.getMessage());
            } finally {
                places.release();
            }
        }
    }

    private void deleteLeftBehind() {
        try (var folders = Files.newDirectoryStream(parent)) {
            for (Path folder : folders) {
                new InspectionFolder(folder).delete();
            }
        } catch (IOException leftBehind) {
            LOG.warnf("%s cannot be emptied: %s", parent, leftBehind.getMessage());
        }
    }
}
