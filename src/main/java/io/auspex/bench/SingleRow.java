package io.auspex.bench;

import io.auspex.serving.TrialModel;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/**
 * One row in process, through serving and through a {@link BareSession}, in turn. Prints a line of
 * two numbers for each turn: nanoseconds of processor time a row takes in serving, and in the bare
 * session. Arguments: model file, seconds of a side, turns.
 */
public final class SingleRow {

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int ROWS_BETWEEN_LOOKS = 512;

    /** Sizes of batches that concurrent single rows could make. */
    static final int[] BATCHES = {2, 8, 32};

    private float sum;

    private SingleRow() {}

    public static void main(String... arguments) throws Exception {
        // Before anything logs: the application's library insists.
        System.setProperty("java.util.logging.manager", "org.jboss.logmanager.LogManager");
        byte[] onnx = Files.readAllBytes(Path.of(arguments[0]));
        double seconds = Double.parseDouble(arguments[1]);
        int turns = Integer.parseInt(arguments[2]);
        SingleRow rows = new SingleRow();
        try (TrialModel served = TrialModel.open(onnx);
                BareSession bare = BareSession.open(onnx)) {
            float[][] asked = rows(bare.features());
            rows.served(served, asked, seconds);
            rows.bare(bare, asked, seconds);
            for (int turn = 0; turn < turns; turn++) {
                StringBuilder line = new StringBuilder();
                line.append(rows.served(served, asked, seconds))
                        .append(' ')
                        .append(rows.bare(bare, asked, seconds));
                for (int size : BATCHES) {
                    line.append(' ').append(rows.batch(served, asked, size, seconds));
                }
                System.out.println(line);
            }
        }
        if (Float.isNaN(rows.sum)) {
            throw new IllegalStateException("a model says NaN");
        }
    }

    private double served(TrialModel model, float[][] rows, double seconds) {
        float[][] answers = new float[model.heads().size()][1];
        FloatBuffer[] asked = new FloatBuffer[rows.length];
        for (int i = 0; i < rows.length; i++) {
            asked[i] = FloatBuffer.wrap(rows[i]);
        }
        long end = System.nanoTime() + (long) (seconds * 1e9);
        long start = THREADS.getCurrentThreadCpuTime();
        long count = 0;
        while (System.nanoTime() < end) {
            for (int i = 0; i < ROWS_BETWEEN_LOOKS; i++) {
                model.run(asked[i % asked.length], 1, answers);
                for (float[] answer : answers) {
                    sum += answer[0];
                }
            }
            count += ROWS_BETWEEN_LOOKS;
        }
        return (double) (THREADS.getCurrentThreadCpuTime() - start) / count;
    }

    /** A row among {@code size} that are scored together, as micro-batching would. */
    private double batch(TrialModel model, float[][] rows, int size, double seconds) {
        float[][] answers = new float[model.heads().size()][size];
        FloatBuffer all = FloatBuffer.allocate(rows.length * rows[0].length);
        for (float[] row : rows) {
            all.put(row);
        }
        all.flip();
        int batches = rows.length / size;
        long end = System.nanoTime() + (long) (seconds * 1e9);
        long start = THREADS.getCurrentThreadCpuTime();
        long count = 0;
        while (System.nanoTime() < end) {
            for (int i = 0; i < ROWS_BETWEEN_LOOKS; i += size) {
                int first = (i / size) % batches * size;
                model.run(all.duplicate().position(first * rows[0].length), size, answers);
                for (float[] answer : answers) {
                    sum += answer[0];
                }
                count += size;
            }
        }
        return (double) (THREADS.getCurrentThreadCpuTime() - start) / count;
    }

    private double bare(BareSession session, float[][] rows, double seconds) {
        int outputs = session.outputs().size();
        long end = System.nanoTime() + (long) (seconds * 1e9);
        long start = THREADS.getCurrentThreadCpuTime();
        long count = 0;
        while (System.nanoTime() < end) {
            for (int i = 0; i < ROWS_BETWEEN_LOOKS; i++) {
                session.input().put(0, rows[i % rows.length]);
                session.run();
                for (int output = 0; output < outputs; output++) {
                    sum += session.answer(output);
                }
            }
            count += ROWS_BETWEEN_LOOKS;
        }
        return (double) (THREADS.getCurrentThreadCpuTime() - start) / count;
    }

    private static float[][] rows(int features) {
        SplittableRandom random = new SplittableRandom(1);
        float[][] rows = new float[BenchRequests.ROWS][features];
        for (float[] row : rows) {
            for (int i = 0; i < features; i++) {
                row[i] = (float) random.nextGaussian();
            }
        }
        return rows;
    }
}
