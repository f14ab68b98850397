package io.auspex.bench;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Linux lets a sleeping thread sleep up to 50 us longer than asked, to wake several at once: as
 * long as a whole prediction takes. See prctl(2), PR_SET_TIMERSLACK.
 */
final class TimerSlack {

    private static final int SET_TIMER_SLACK = 29;

    private TimerSlack() {}

    /** From now on the calling thread wakes when it asked to; without effect elsewhere. */
    static void none() {
        if (!System.getProperty("os.name").equals("Linux")) {
            return;
        }
        Linker linker = Linker.nativeLinker();
        var prctl = linker.defaultLookup().find("prctl");
        if (prctl.isEmpty()) {
            return;
        }
        // prctl is variadic: only the option is a named argument.
        MethodHandle call =
                linker.downcallHandle(
                        prctl.get(),
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG),
                        Linker.Option.firstVariadicArg(1));
        try {
            int _ = (int) call.invokeExact(SET_TIMER_SLACK, 1L);
        } catch (Throwable impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
