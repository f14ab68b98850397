package io.auspex.uploads;

import io.auspex.platform.Json;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** The files of one inspection, in a folder of their own, with names of ours. */
record InspectionFolder(Path path) {

    /** Longer results are not read: a report with its probe rows has far less. */
    private static final long MAX_RESULT_BYTES = Json.MAX_DOCUMENT_CHARS;

    /** The file as it came. */
    Path upload() {
        return path.resolve("upload.onnx");
    }

    Path manifest() {
        return path.resolve("manifest.json");
    }

    Path order() {
        return path.resolve("order.json");
    }

    /** The file that keeps the contract. */
    Path model() {
        return path.resolve("model.onnx");
    }

    Path result() {
        return path.resolve("result.json");
    }

    /** What the process says. */
    Path log() {
        return path.resolve("log.txt");
    }

    /** Its {@code java.io.tmpdir}: native libraries are unpacked there. */
    Path temporary() {
        return path.resolve("tmp");
    }

    void writeOrder(InspectionOrder order) throws IOException {
        Files.createDirectories(temporary());
        Files.write(order(), Json.mapper().writeValueAsBytes(order));
    }

    /** The result is there completely or not at all. */
    void writeResult(InspectionResult result) throws IOException {
        write(result(), Json.mapper().writerFor(InspectionResult.class).writeValueAsBytes(result));
    }

    void writeModel(byte[] onnx) throws IOException {
        write(model(), onnx);
    }

    /** The result; null when there is none that can be read. */
    @Nullable InspectionResult readResult() throws IOException {
        if (!Files.isRegularFile(result()) || Files.size(result()) > MAX_RESULT_BYTES) {
            return null;
        }
        return Json.mapper().readValue(Files.readAllBytes(result()), InspectionResult.class);
    }

    void delete() throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        Files.walkFileTree(
                path,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.deleteIfExists(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path folder, @Nullable IOException failure) throws IOException {
                        Files.deleteIfExists(folder);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }

    private static void write(Path file, byte[] content) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Files.write(part, content);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
