package io.auspex.platform;

/**
 * Another main of the same executable, found by {@link java.util.ServiceLoader}: {@code auspex
 * io.auspex.training.Worker <folder>}. The Java application starts other mains by their class; a
 * native executable has one main, and this is how it becomes a worker.
 */
public interface EntryPoint {

    /**
     * The main class that it stands for, fully qualified: the first argument of the command line.
     */
    String mainClass();

    /** Runs it, with the arguments after the first; ends the process or returns for exit code 0. */
    void run(String... arguments) throws Exception;
}
