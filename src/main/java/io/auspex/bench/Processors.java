package io.auspex.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Which processors the server and the load generator keep to, and how busy they are: proc(5). Times
 * are in ticks of a hundredth of a second.
 *
 * @param server of the service and of the baselines; empty without taskset
 * @param load of the load generator
 * @param worker of the worker that has one of its own: the load generator's where there are only
 *     two
 * @param database where its PostgreSQL runs: not with the service, as in any larger installation
 */
record Processors(
        Optional<String> server,
        Optional<String> load,
        Optional<String> worker,
        Optional<String> database) {

    /** Nobody keeps to any. */
    static final Processors ANY =
            new Processors(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    private static final String ONE = "[0-9]{1,4}";
    private static final int IDLE = 4;
    private static final int IOWAIT = 5;
    private static final int STEAL = 8;
    private static final int USER_TIME = 11;

    static Processors of(BenchOptions options) {
        int available = Runtime.getRuntime().availableProcessors();
        if (available < 2 || !Files.isExecutable(Path.of("/usr/bin/taskset"))) {
            return ANY;
        }
        return new Processors(
                Optional.of(options.values().getOrDefault("server-cpus", "0")),
                Optional.of(options.values().getOrDefault("load-cpus", "1")),
                Optional.of(
                        options.values().getOrDefault("worker-cpus", available > 2 ? "2" : "1")),
                Optional.of(options.values().getOrDefault("database-cpus", "1")));
    }

    /**
     * Whether the server's one processor can be that of its event loop, which has the first, and
     * the worker's that of the rest.
     */
    boolean canDivide() {
        return server.isPresent()
                && worker.isPresent()
                && server.get().matches(ONE)
                && worker.get().matches(ONE)
                && Integer.parseInt(server.get()) < Integer.parseInt(worker.get());
    }

    /** The server has the worker's besides, for whatever is not its event loops. */
    Processors withMore() {
        return new Processors(
                Optional.of(server.orElseThrow() + "," + worker.orElseThrow()),
                load,
                worker,
                database);
    }

    /** All threads of a process, and those that it starts, keep to some processors from now on. */
    static void move(long pid, String cpus) throws IOException, InterruptedException {
        new ProcessBuilder("taskset", "-acp", cpus, Long.toString(pid))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    /** What the processors have done so far; {@code stolen} by the machine below this one. */
    record Ticks(long busy, long stolen) {}

    /** Of the processor with a number; of all for none. */
    static Ticks of(Optional<String> cpu) throws IOException {
        String line = "cpu" + cpu.orElse("") + " ";
        String[] fields =
                Files.readAllLines(Path.of("/proc/stat")).stream()
                        .filter(text -> text.startsWith(line))
                        .findFirst()
                        .map(text -> text.trim().split("\\s+"))
                        .orElseThrow(() -> new IOException("there is no " + line));
        long busy = 0;
        // Behind STEAL are guests, which are counted in user time already.
        for (int i = 1; i <= STEAL; i++) {
            if (i != IDLE && i != IOWAIT && i != STEAL) {
                busy += Long.parseLong(fields[i]);
            }
        }
        return new Ticks(busy, Long.parseLong(fields[STEAL]));
    }

    /** User and system time of a process. */
    static long ofProcess(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        // Counted behind the name, which may hold blanks: the state is the first.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[USER_TIME + 1]);
    }
}
