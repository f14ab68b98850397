package io.auspex.feedback;

/**
 * What a guard does now.
 *
 * @param guard {@code coverage} or {@code range}
 * @param abstains every signal is held back at present
 * @param heldBack signals held back by it since the process started or the champion took over
 * @param detail one sentence
 */
public record GuardState(String guard, boolean abstains, long heldBack, String detail) {}
