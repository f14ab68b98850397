package io.auspex.bench;

/** What can be done to a running service, with the word that the table has for it. */
enum Kill {
    WORKER("SIGKILL to the worker"),
    SERVICE("SIGKILL to the service"),
    CONNECTIONS("every database connection terminated"),
    STOPPED_WORKER("SIGSTOP to the worker");

    private final String title;

    Kill(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    boolean needsWorker() {
        return this == WORKER || this == STOPPED_WORKER;
    }
}
