package io.auspex.platform;

import java.util.BitSet;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Event loops that have processors to themselves: requests wait for nothing else then that this
 * process does, and neither for what it starts, its PostgreSQL and its workers. Only garbage is
 * still collected there too, since event loops wait for it anyway.
 *
 * @param own of the event loops
 * @param others of everything else
 */
record EventLoopProcessors(BitSet own, BitSet others) {

    /** Where the rest of this process finds what {@link #reserve} found. */
    private static final String PROPERTY = "auspex-event-loops.own";

    private static final String SETTING = "--event-loops.own-cpus";

    EventLoopProcessors {
        own = (BitSet) own.clone();
        others = (BitSet) others.clone();
    }

    /**
     * The first of the processors that this process may use are those of its event loops; all
     * threads that it has, and what they start from now on, keep to the others.
     *
     * @param wanted how many; 0 for none of their own
     * @throws LaunchException when there are not so many to be had, with what to do
     */
    static Optional<EventLoopProcessors> reserve(int wanted) {
        if (wanted == 0) {
            return Optional.empty();
        }
        EventLoopProcessors divided =
                divide(
                        ThreadAffinity.of(ThreadScheduling.SELF),
                        Runtime.getRuntime().availableProcessors(),
                        wanted);
        divided.keepOthersAway();
        if (!ThreadAffinity.of(ThreadScheduling.SELF).equals(divided.others)) {
            throw new LaunchException(
                    SETTING
                            + ": this system does not let a process choose processors for its threads"
                            + " (sched_setaffinity); allow that, or leave the option away");
        }
        System.setProperty(PROPERTY, text(divided.own));
        return Optional.of(divided);
    }

    /**
     * @param allowed numbers of the processors that this process may use
     * @param available how many of them it may keep busy at a time
     */
    static EventLoopProcessors divide(BitSet allowed, int available, int wanted) {
        int all = allowed.cardinality();
        if (wanted < 0) {
            throw new LaunchException(SETTING + " is a number from 0: " + wanted);
        }
        if (all == 0) {
            throw new LaunchException(
                    SETTING + " needs Linux on x86-64 or AArch64; leave it away here");
        }
        if (available < all) {
            throw new LaunchException(
                    "%s: this process has a quota of %d processors, on any of %d: none of them is its own. Give it processors instead of a quota (Kubernetes: the static policy of the CPU manager), or leave the option away"
                            .formatted(SETTING, available, all));
        }
        if (wanted >= all) {
            throw new LaunchException(
                    "%s=%d leaves nothing for everything else: this process may use %d (%s). Choose at most %d, or leave the option away"
                            .formatted(SETTING, wanted, all, text(allowed), all - 1));
        }
        BitSet own = new BitSet();
        allowed.stream().limit(wanted).forEach(own::set);
        BitSet others = (BitSet) allowed.clone();
        others.andNot(own);
        return new EventLoopProcessors(own, others);
    }

    /**
     * What {@link #reserve} found in this process; empty when event loops share with everything.
     */
    static Optional<EventLoopProcessors> reserved() {
        return Optional.ofNullable(System.getProperty(PROPERTY))
                .map(text -> {
                    BitSet own = new BitSet();
                    for (String number : text.split(",")) {
                        own.set(Integer.parseInt(number));
                    }
                    BitSet others = ThreadAffinity.of(ThreadScheduling.SELF);
                    others.andNot(own);
                    return new EventLoopProcessors(own, others);
                });
    }

    /** How many event loops they have work for. */
    int loops() {
        return own.cardinality();
    }

    /**
     * The calling thread is an event loop.
     *
     * @param number from 0; each has a processor, in turn
     */
    boolean enter(int number) {
        BitSet one = new BitSet();
        one.set(own.stream().skip(number % loops()).findFirst().orElseThrow());
        return ThreadAffinity.set(ThreadScheduling.SELF, one);
    }

    /**
     * Whatever runs on processors of the event loops, and is none, leaves them: a thread that an
     * event loop starts begins there.
     */
    void keepOthersAway() {
        BitSet all = (BitSet) own.clone();
        all.or(others);
        JavaThreads.each((name, thread) -> {
            boolean collects = JavaThreads.COLLECTORS.hasNamed(name);
            BitSet wanted = collects ? all : others;
            if (!JavaThreads.EVENT_LOOPS.hasNamed(name)
                    && !ThreadAffinity.of(thread).equals(wanted)) {
                boolean _ = ThreadAffinity.set(thread, wanted);
            }
        });
    }

    /** Their numbers, joined by commas. */
    private static String text(BitSet processors) {
        return processors.stream().mapToObj(Integer::toString).collect(Collectors.joining(","));
    }

    @Override
    public String toString() {
        return "%s for event loops, %s for everything else".formatted(text(own), text(others));
    }
}
