package io.auspex.platform;

import io.quarkus.runtime.ImageMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a native executable has the libraries of ONNX Runtime and LightGBM: in the folder that
 * {@code -Donnxruntime.native.path} names, or else in {@code lib} beside it. They are not inside of
 * it, so that nothing is unpacked at start. On a Java virtual machine they come out of their jars.
 */
public final class NativeLibraries {

    /** As ONNX Runtime's loader knows it. */
    static final String PROPERTY = "onnxruntime.native.path";

    private static final String BESIDE = "lib";

    private NativeLibraries() {}

    /** Their folder; empty where they come out of their jars. */
    public static Optional<Path> folder() {
        if (!ImageMode.current().isNativeImage()) {
            return Optional.empty();
        }
        return Optional.ofNullable(System.getProperty(PROPERTY))
                .map(Path::of)
                .or(() -> beside(JavaCommand.ownPath()));
    }

    /** Tells ONNX Runtime's loader, before it is first used. */
    static void announce() {
        folder().ifPresent(folder -> System.setProperty(PROPERTY, folder.toString()));
    }

    /** That beside an executable, if the libraries are there. */
    static Optional<Path> beside(Path executable) {
        return Optional.of(executable.toAbsolutePath().resolveSibling(BESIDE))
                .filter(folder ->
                        Files.isRegularFile(folder.resolve(System.mapLibraryName("onnxruntime"))));
    }
}
