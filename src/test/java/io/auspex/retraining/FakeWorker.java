package io.auspex.retraining;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A worker that does as it is told, in a real process: {@code FakeWorker <behaviour>}. */
final class FakeWorker {

    private FakeWorker() {}

    static List<String> command(String behaviour) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx32m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                Path.of("target", "test-classes").toAbsolutePath().toString(),
                FakeWorker.class.getName(),
                behaviour);
    }

    @SuppressWarnings("SystemExitOutsideMain")
    public static void main(String[] arguments) throws Exception {
        switch (arguments[0]) {
            case "succeed" -> {
                progress("load", 5);
                progress("folds", 40);
                progress("done", 100);
            }
            case "exit" -> {
                System.err.println("java.lang.OutOfMemoryError: too many rows");
                System.exit(3);
            }
            case "garbage" -> {
                System.out.println("[LightGBM] [Info] hello");
                System.out.println("{\"phase\":\"folds\",\"percent\":400}");
                System.out.println("{\"phase\":\"dancing\",\"percent\":4}");
                System.out.println("{broken");
                progress("fit", 70);
                System.out.println("x".repeat(3_000_000));
                progress("done", 100);
                System.out.print("no line feed at the end");
                System.out.flush();
                System.exit(1);
            }
            case "chatter" -> {
                for (int i = 0; i < 50_000; i++) {
                    System.err.println("line " + i);
                }
                System.exit(1);
            }
            case "environment" -> {
                System.err.println(System.getenv());
                System.err.println(Path.of("").toAbsolutePath());
                System.exit(1);
            }
            case "hang" -> {
                progress("load", 5);
                new CountDownLatch(1).await();
            }
            default -> throw new IllegalArgumentException(arguments[0]);
        }
        Files.writeString(Path.of("finished"), "yes");
    }

    private static void progress(String phase, int percent) {
        System.out.println(
                "{\"phase\":\"" + phase + "\",\"percent\":" + percent + ",\"message\":\"m\"}");
    }
}
