package io.auspex.bench;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How a bench starts the packaged service: by the command line of the launcher, but for what is
 * measured.
 *
 * @param heap options of the JVM
 * @param processors those of the service and of its PostgreSQL
 * @param options of the service; address, data and database are not among them
 */
record ServiceStart(List<String> heap, Processors processors, List<String> options) {

    /** No starter models: the service has what it learns itself. */
    static final String NO_STARTERS = "--models-folder=no-models";

    ServiceStart {
        heap = List.copyOf(heap);
        options = List.copyOf(options);
    }

    /** With the launcher's heap, on any processor. */
    static ServiceStart with(List<String> options) {
        return new ServiceStart(List.of("-Xmx1g"), Processors.ANY, options);
    }

    ServiceStart on(Processors chosen) {
        return new ServiceStart(heap, chosen, options);
    }

    /** The launcher's with another AUSPEX_HEAP. */
    ServiceStart withHeap(int megabytes) {
        return new ServiceStart(List.of("-Xmx" + megabytes + "m"), processors, options);
    }

    /** A heap that is all in RAM from the start, so that what grows is not the heap. */
    ServiceStart withFixedHeap(int megabytes) {
        return new ServiceStart(
                List.of("-Xms" + megabytes + "m", "-Xmx" + megabytes + "m", "-XX:+AlwaysPreTouch"),
                processors,
                options);
    }

    /** The words of the command line, to be followed by where it listens and keeps its state. */
    List<String> words() throws IOException {
        List<String> words = new ArrayList<>();
        processors.server().ifPresent(list -> words.addAll(List.of("taskset", "-c", list)));
        List<String> flags = new ArrayList<>(heap);
        aotCache().ifPresent(cache -> flags.add("-XX:AOTCache=" + cache));
        // As the launcher does: a collector, say, that the service is to be measured with.
        flags.addAll(variable("JAVA_OPTS"));
        words.addAll(java(flags));
        words.addAll(options);
        return words;
    }

    /** What {@code ./auspex aot} has stored, if it is of this build: the launcher's rule. */
    static Optional<Path> aotCache() throws IOException {
        Path jar = packagedJar();
        Path cache = jar.resolveSibling("app.aot");
        boolean fits =
                Files.isRegularFile(cache)
                        && Files.getLastModifiedTime(cache)
                                        .compareTo(Files.getLastModifiedTime(jar))
                                > 0;
        return fits ? Optional.of(cache) : Optional.empty();
    }

    /**
     * The launcher's command line with some options of the JVM, its collector unless they name one.
     */
    static List<String> java(List<String> flags) throws IOException {
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(flags);
        List<String> inherited = new ArrayList<>(variable("JAVA_TOOL_OPTIONS"));
        inherited.addAll(variable("JDK_JAVA_OPTIONS"));
        if (Stream.concat(flags.stream(), inherited.stream())
                .noneMatch(word -> word.matches("-XX:\\+Use\\w*GC"))) {
            words.add("-XX:+UseSerialGC");
        }
        words.addAll(
                List.of(
                        "-XX:InitialRAMPercentage=100",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-XX:TrimNativeHeapInterval=30000",
                        "-XX:MetaspaceSize=192m",
                        "-XX:MaxTenuringThreshold=3",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "--add-opens=java.base/java.lang.invoke=ALL-UNNAMED",
                        "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                        "-jar",
                        packagedJar().toString()));
        return words;
    }

    private static List<String> variable(String name) {
        return Pattern.compile("\\s+")
                .splitAsStream(Objects.requireNonNullElse(System.getenv(name), ""))
                .filter(word -> !word.isEmpty())
                .toList();
    }

    /** The checkout's models, beside the build, as the launcher has them. */
    static String starters() throws IOException {
        Path folder =
                Optional.ofNullable(System.getenv("AUSPEX_MODELS_FOLDER"))
                        .map(Path::of)
                        .orElse(packagedJar().resolve("../../../onnx-models").normalize());
        return "--models-folder=" + folder;
    }

    /** The jar that {@code ./auspex run} starts, beside the classes that this process runs. */
    static Path packagedJar() throws IOException {
        try {
            var source = ServiceStart.class.getProtectionDomain().getCodeSource();
            if (source != null) {
                Path jar =
                        Path.of(source.getLocation().toURI())
                                .resolve("../../quarkus-run.jar")
                                .normalize();
                if (Files.isRegularFile(jar)) {
                    return jar;
                }
            }
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
        throw new IOException("this bench wants the packaged service: run it by ./auspex bench");
    }
}
