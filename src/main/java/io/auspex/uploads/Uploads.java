package io.auspex.uploads;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.features.FeatureSchema;
import io.auspex.model.MarketSpec;
import io.auspex.model.ModelSpec;
import io.auspex.model.TargetSpec;
import io.auspex.platform.Await;
import io.auspex.platform.Failure;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.ModelVersion;
import io.auspex.registry.RegisteredModel;
import io.auspex.uploads.InspectionResult.Accepted;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Takes model files from outside: each is inspected in a process of its own, and kept as a
 * candidate when it may serve. Nothing is promoted here: an upload brings no evidence.
 */
@ApplicationScoped
public class Uploads {

    private static final String ORIGIN = "upload";
    private static final Logger LOG = Logger.getLogger(Uploads.class);

    private final Inspections inspections;
    private final ModelRegistry registry;
    private final UploadsConfig config;

    @Inject
    Uploads(Inspections inspections, ModelRegistry registry, UploadsConfig config) {
        this.inspections = inspections;
        this.registry = registry;
        this.config = config;
    }

    /** Largest model file, in bytes. */
    public long maxBytes() {
        return config.maxBytes().asLongValue();
    }

    /**
     * A place for one upload. Close it, whatever becomes of it.
     *
     * @throws Failure NOT_READY {@code uploads-busy}
     */
    public Upload begin() {
        return new Upload(inspections.enter());
    }

    /** One file on its way in. One owner at a time. */
    public final class Upload implements AutoCloseable {

        private final Inspections.Place place;

        private Upload(Inspections.Place place) {
            this.place = place;
        }

        /** Where the bytes of the model belong: a name of ours. */
        public Path model() {
            return place.folder().upload();
        }

        /** Where the manifest belongs, when there is one. */
        public Path manifest() {
            return place.folder().manifest();
        }

        /**
         * Inspects what was received and keeps it as the next version of a model, a candidate. A
         * model of a new name is made of the market in the manifest, or in the file. Blocking, for
         * a virtual thread.
         *
         * @throws Failure INVALID {@code upload-refused}, {@code upload-timeout}, {@code
         *     manifest-invalid}; CONFLICT {@code version-exists}
         */
        public ModelVersion finish(String name) throws IOException, InterruptedException {
            requireSize();
            Optional<Manifest> manifest = readManifest();
            Inspected inspected = inspect(place, name, manifest);
            return keep(inspected, ORIGIN);
        }

        @Override
        public void close() {
            place.close();
        }

        private void requireSize() throws IOException {
            if (!Files.isRegularFile(model()) || Files.size(model()) == 0) {
                throw new Failure(
                        Failure.Category.INVALID,
                        RefusedModelException.REFUSED,
                        "there is no model: send the file in the part 'model'");
            }
        }

        private Optional<Manifest> readManifest() throws IOException {
            return Files.isRegularFile(manifest())
                    ? Optional.of(Manifest.parse(Files.readAllBytes(manifest())))
                    : Optional.empty();
        }
    }

    /**
     * A file that may serve.
     *
     * @param spec of the model; new when the registry does not know it
     */
    private record Inspected(
            ModelSpec spec, boolean known, Accepted accepted, byte[] onnx, FeatureSchema schema) {}

    /**
     * Looks at a file that lies somewhere on this machine, as if it had been uploaded.
     *
     * @param manifestFile need not exist
     * @return the file that keeps the contract, which is the same when it did before, and its
     *     report
     * @throws Failure as {@link Upload#finish}; INVALID {@code upload-too-large}
     */
    public LocalFile inspect(String name, Path file, Path manifestFile)
            throws IOException, InterruptedException {
        if (Files.size(file) > maxBytes()) {
            throw new Failure(
                    Failure.Category.INVALID,
                    "upload-too-large",
                    "it has %d bytes; at most %d".formatted(Files.size(file), maxBytes()));
        }
        try (Upload upload = begin()) {
            Files.copy(file, upload.model());
            if (Files.isRegularFile(manifestFile)) {
                Files.copy(manifestFile, upload.manifest());
            }
            Inspected inspected = inspect(upload.place, name, upload.readManifest());
            return new LocalFile(inspected.onnx(), inspected.accepted().report());
        }
    }

    /** What {@link #inspect} has made of a file. */
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    public record LocalFile(byte[] onnx, JsonNode report) {}

    private Inspected inspect(Inspections.Place place, String name, Optional<Manifest> manifest)
            throws IOException, InterruptedException {
        Optional<RegisteredModel> known = Await.item(() -> registry.model(name));
        @Nullable ModelSpec spec = known.map(RegisteredModel::spec).orElse(null);
        if (spec == null && manifest.isPresent()) {
            spec = specOf(name, manifest.get());
        }
        if (spec != null && manifest.isPresent()) {
            requireSame(spec, manifest.get());
        }
        Accepted accepted =
                place.inspect(
                        new InspectionOrder(
                                name,
                                spec == null ? null : spec.market(),
                                spec == null ? null : spec.targets(),
                                manifest.orElse(null),
                                config.runMemory().asLongValue(),
                                config.timeout()));
        byte[] onnx = Files.readAllBytes(place.folder().model());
        ModelSpec chosen =
                spec == null ? newSpec(name, accepted.market(), accepted.targets()) : spec;
        return new Inspected(
                chosen, known.isPresent(), accepted, onnx, FeatureSchema.of(accepted.schema()));
    }

    private ModelVersion keep(Inspected inspected, String origin) {
        String name = inspected.spec().name();
        List<ModelVersion> versions = Await.item(() -> registry.versions(name));
        for (ModelVersion version : versions) {
            if (version.sha256().equals(inspected.accepted().sha256())) {
                throw new Failure(
                        Failure.Category.CONFLICT,
                        "version-exists",
                        "this file is version %d of %s".formatted(version.version(), name));
            }
        }
        if (!inspected.known()) {
            Await.item(() -> registry.declare(inspected.spec()));
        }
        ModelVersion version =
                Await.item(() ->
                        registry.add(
                                name,
                                origin,
                                inspected.schema(),
                                inspected.onnx(),
                                inspected.accepted().report()));
        LOG.infof("version %d of %s was uploaded", version.version(), name);
        return version;
    }

    /** The registry's word for a new name: which market, and what is predicted. */
    private static ModelSpec specOf(String name, Manifest manifest) {
        MarketSpec market = manifest.market();
        if (market == null) {
            throw manifestInvalid(
                    "there is no model '%s'. To make one, say its market in the manifest: \"market\":"
                                    .formatted(name)
                            + " {\"feed\": \"simulated\", \"symbols\": [], \"timeframe\": \"5m\"}");
        }
        return newSpec(
                name,
                market,
                Objects.requireNonNullElseGet(manifest.targets(), TargetSpec::standard));
    }

    private static ModelSpec newSpec(String name, MarketSpec market, TargetSpec targets) {
        try {
            ModelSpec standard = ModelSpec.standard(name, market);
            return new ModelSpec(
                    name,
                    market,
                    standard.features(),
                    targets,
                    standard.trainer(),
                    standard.validation(),
                    standard.gate(),
                    standard.windowCandles());
        } catch (IllegalArgumentException e) {
            throw manifestInvalid(String.valueOf(e.getMessage()));
        }
    }

    private static void requireSame(ModelSpec spec, Manifest manifest) {
        if (manifest.market() != null && !manifest.market().equals(spec.market())) {
            throw manifestInvalid(
                    "the manifest says the market %s, the model %s has %s"
                            .formatted(manifest.market(), spec.name(), spec.market()));
        }
        if (manifest.targets() != null && !manifest.targets().equals(spec.targets())) {
            throw manifestInvalid(
                    "the manifest says the targets %s, the model %s has %s"
                            .formatted(manifest.targets(), spec.name(), spec.targets()));
        }
    }

    private static Failure manifestInvalid(String reason) {
        return new Failure(Failure.Category.INVALID, RefusedModelException.MANIFEST, reason);
    }
}
