package io.auspex.platform;

import java.util.Set;

/**
 * Another main of the same executable, found by {@link java.util.ServiceLoader}: {@code auspex keys
 * create}, {@code auspex io.auspex.training.Worker <folder>}. The launcher starts other mains by
 * their class; a native executable has one main, and this is how it becomes a worker or a command.
 */
public interface EntryPoint {

    /**
     * What the first argument of the command line may be for it to be meant: the commands of the
     * launcher that it stands for, or its main class, fully qualified, when only we start it.
     */
    Set<String> names();

    /**
     * Runs it; ends the process or returns for exit code 0.
     *
     * @param name one of its own
     * @param arguments those after the name
     */
    void run(String name, String... arguments) throws Exception;
}
