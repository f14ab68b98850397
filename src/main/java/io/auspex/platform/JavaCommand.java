package io.auspex.platform;

import io.quarkus.runtime.ImageMode;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The command line that runs another main class of this application as a process of its own: the
 * same Java, the same classes; in a native executable the same executable, through an {@link
 * EntryPoint}.
 *
 * @param mainClass fully qualified
 * @param heap as in {@code -Xmx}: {@code 1g}
 * @param temporaryFolder {@code java.io.tmpdir} of the process; LightGBM unpacks its library to one
 *     fixed name there, so processes that run at the same time need folders of their own
 * @param niceness 0 for our own priority, 19 for the lowest; below our own priority it does without
 *     the optimizing compiler
 * @param cpus processors to keep to, as taskset writes them ({@code 1} or {@code 2-3}); ignored
 *     where there is no taskset
 * @param arguments of the main class
 */
public record JavaCommand(
        String mainClass,
        String heap,
        Optional<Path> temporaryFolder,
        int niceness,
        Optional<String> cpus,
        List<String> arguments) {

    private static final int MAX_NICENESS = 19;

    public JavaCommand {
        if (!heap.matches("[1-9][0-9]*[kKmMgG]")) {
            throw new IllegalArgumentException("heap must look like 512m or 1g: '" + heap + "'");
        }
        if (niceness < 0 || niceness > MAX_NICENESS) {
            throw new IllegalArgumentException("niceness must be 0 to 19: " + niceness);
        }
        cpus.filter(list -> !list.matches("[0-9]+([,-][0-9]+)*"))
                .ifPresent(list -> {
                    throw new IllegalArgumentException(
                            "processors must look like 1 or 2-3: '" + list + "'");
                });
        arguments = List.copyOf(arguments);
    }

    /** A main class with a heap, at our own priority. */
    public static JavaCommand of(String mainClass, String heap, List<String> arguments) {
        return new JavaCommand(mainClass, heap, Optional.empty(), 0, Optional.empty(), arguments);
    }

    /** The words of the command line, as ProcessBuilder takes them. */
    public List<String> words() {
        List<String> words = new ArrayList<>();
        if (niceness > 0 && onPath("nice")) {
            words.addAll(List.of("nice", "-n", Integer.toString(niceness)));
        }
        if (cpus.isPresent() && onPath("taskset")) {
            words.addAll(List.of("taskset", "-c", cpus.get()));
        }
        if (ImageMode.current().isNativeImage()) {
            words.addAll(ownExecutable());
            words.add("-Xmx" + heap);
            words.add(mainClass);
            words.addAll(arguments);
            return List.copyOf(words);
        }
        words.add(java());
        words.add("-Xmx" + heap);
        words.add("-XX:+UseSerialGC");
        if (niceness > 0) {
            // What works in the background lives for seconds, mostly in native code: it does not
            // earn back what the optimizing compiler takes.
            words.add("-XX:TieredStopAtLevel=1");
        }
        words.add("--enable-native-access=ALL-UNNAMED");
        words.add("--sun-misc-unsafe-memory-access=allow");
        temporaryFolder.ifPresent(folder -> words.add("-Djava.io.tmpdir=" + folder));
        words.add("-cp");
        words.add(classPath());
        words.add(mainClass);
        words.addAll(arguments);
        return List.copyOf(words);
    }

    /** The file that this process runs from. */
    static Path ownPath() {
        return ProcessHandle.current()
                .info()
                .command()
                .map(Path::of)
                .orElseThrow(() -> new IllegalStateException("the system hides our path"));
    }

    /** With what it knows about its libraries, which the child needs as well. */
    private static List<String> ownExecutable() {
        List<String> words = new ArrayList<>();
        words.add(ownPath().toString());
        NativeLibraries.folder()
                .ifPresent(folder -> words.add("-D" + NativeLibraries.PROPERTY + "=" + folder));
        return words;
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /**
     * The packaged application keeps its classes in folders beside each other; everywhere else
     * (tests, an IDE) the class path of this process is the right one.
     */
    static String classPath() {
        return packagedApplication()
                .map(folder ->
                        String.join(
                                File.pathSeparator,
                                folder.resolve("app") + "/*",
                                folder.resolve("lib/main") + "/*",
                                folder.resolve("lib/boot") + "/*"))
                .orElseGet(() -> System.getProperty("java.class.path"));
    }

    private static Optional<Path> packagedApplication() {
        try {
            var source = JavaCommand.class.getProtectionDomain().getCodeSource();
            if (source == null) {
                return Optional.empty();
            }
            Path jar = Path.of(source.getLocation().toURI());
            return Optional.of(jar.resolve("../..").normalize())
                    .filter(folder -> Files.isRegularFile(jar))
                    .filter(folder -> Files.isDirectory(folder.resolve("lib/main")));
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static boolean onPath(String program) {
        for (String folder :
                System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, program))) {
                return true;
            }
        }
        return false;
    }

    /** Starts it with its output to be read by the caller. */
    public Process start() {
        try {
            return new ProcessBuilder(words()).start();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
